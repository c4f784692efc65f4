import type { RecordedEvent } from '@crm/kit/event/event';
import { z } from 'zod';

export type ChangeKind = 'CREATED' | 'UPDATED' | 'DELETED' | 'MERGED' | 'RESTORED';

/** Who owns a record, or has it to do, as its events say. */
export type Owned = { readonly ownerId: string | null; readonly teamId: string | null };

/** A change of a record as followers are told of it: keys, names of fields, and what decides who may see it. */
export type Change = {
  /** Its place in the stream. */
  readonly seq: number;
  readonly eventId: string;
  /** The type of the event: `customer.updated`. */
  readonly subject: string;
  readonly kind: ChangeKind;
  readonly occurredAt: string;
  readonly actorId: string | null;
  readonly entity: EntityType;
  readonly entityId: string;
  /** Null when it is no change of the record's own. */
  readonly version: number | null;
  readonly customerId: string | null;
  readonly changedFields: readonly string[];
  readonly previous: Readonly<Record<string, unknown>> | null;
  /** The record that took its place when it was merged. */
  readonly mergedIntoId: string | null;
  /** Who owns the record, where the event says so. */
  readonly owned: Owned | null;
  /** The segment that the customer came into or left. */
  readonly segment: string | null;
};

export type EntityType = {
  /** As clients name it. */
  readonly kind: string;
  /** Its type in the graph. */
  readonly type: string;
  /** The subgraph that decides who may see it. */
  readonly service: string;
  /** The query of that subgraph which lists all that one may see. */
  readonly list: string;
  /** By what a deleted one, which no service shows any more, may still be told of. */
  readonly access: 'owner' | 'customer' | 'company' | 'none';
  /** The field, of its events too, that says whose it is; none for what is nobody's. */
  readonly owner?: 'ownerId' | 'assigneeId';
  /** The company's own business: partners are told of none, whatever of its customer is shared. */
  readonly isOwn?: boolean;
  /** Which of them a snapshot holds, where those that are done with are of no use in a live list. */
  readonly standing?: Readonly<Record<string, object>>;
};

const entity = (
  kind: string,
  type: string,
  rest: Omit<EntityType, 'kind' | 'type'>,
): EntityType => ({ kind, type, ...rest });

export const customerEntity: EntityType = entity('CUSTOMER', 'Customer', {
  service: 'customers',
  list: 'customers',
  access: 'owner',
  owner: 'ownerId',
});

/** What followers are told of, by the aggregate in the event's name. */
const entities: ReadonlyMap<string, EntityType> = new Map([
  ['customer', customerEntity],
  [
    'order',
    entity('SALES_ORDER', 'SalesOrder', {
      service: 'customers',
      list: 'salesOrders',
      access: 'customer',
    }),
  ],
  [
    'payment',
    entity('PAYMENT', 'Payment', { service: 'customers', list: 'payments', access: 'customer' }),
  ],
  [
    'receivable',
    entity('RECEIVABLE', 'Receivable', {
      service: 'customers',
      list: 'receivables',
      access: 'customer',
    }),
  ],
  ['need', entity('NEED', 'Need', { service: 'customers', list: 'needs', access: 'customer' })],
  [
    'opportunity',
    entity('OPPORTUNITY', 'Opportunity', {
      service: 'customers',
      list: 'opportunities',
      access: 'customer',
    }),
  ],
  [
    'staff',
    entity('STAFF_MEMBER', 'StaffMember', {
      service: 'customers',
      list: 'staff',
      access: 'company',
    }),
  ],
  ['team', entity('TEAM', 'Team', { service: 'customers', list: 'teams', access: 'company' })],
  [
    'product',
    entity('PRODUCT', 'Product', { service: 'customers', list: 'products', access: 'company' }),
  ],
  [
    'person',
    entity('PERSON', 'Person', {
      service: 'contacts',
      list: 'people',
      access: 'owner',
      owner: 'ownerId',
    }),
  ],
  [
    'affiliation',
    entity('AFFILIATION', 'Affiliation', {
      service: 'contacts',
      list: 'affiliations',
      access: 'customer',
    }),
  ],
  [
    'interaction',
    entity('INTERACTION', 'Interaction', {
      service: 'contacts',
      list: 'interactions',
      access: 'customer',
    }),
  ],
  [
    'touchplan',
    entity('TOUCH_PLAN', 'TouchPlan', {
      service: 'contacts',
      list: 'touchPlans',
      access: 'customer',
    }),
  ],
  // A decision stands for good: a later one is a record of its own.
  [
    'consent',
    entity('CONSENT', 'Consent', { service: 'contacts', list: 'consents', access: 'none' }),
  ],
  [
    'document',
    entity('DOCUMENT', 'Document', {
      service: 'contacts',
      list: 'documents',
      access: 'customer',
    }),
  ],
  [
    'caretask',
    entity('CARE_TASK', 'CareTask', {
      service: 'care',
      list: 'careTasks',
      access: 'customer',
      owner: 'assigneeId',
      isOwn: true,
    }),
  ],
  [
    'alert',
    entity('ALERT', 'Alert', {
      service: 'care',
      list: 'alerts',
      access: 'customer',
      owner: 'assigneeId',
      isOwn: true,
      standing: { state: { in: ['OPEN', 'ACKNOWLEDGED', 'SNOOZED'] } },
    }),
  ],
  [
    'competitor',
    entity('COMPETITOR', 'Competitor', {
      service: 'competitors',
      list: 'competitors',
      access: 'company',
    }),
  ],
  [
    'competitorproduct',
    entity('COMPETITOR_PRODUCT', 'CompetitorProduct', {
      service: 'competitors',
      list: 'competitorProducts',
      access: 'company',
    }),
  ],
]);

const byKind = new Map([...entities.values()].map((type) => [type.kind, type]));

/** Undefined for what is no kind of record. */
export const entityOfKind = (kind: string): EntityType | undefined => byKind.get(kind);

/** Who may be told of records of a kind; undefined for what is no kind. */
export const accessOfKind = (kind: string): EntityType['access'] | undefined =>
  entityOfKind(kind)?.access;

/** The first word of the events that followers are told of: `customer` of `customer.updated`. */
export const aggregates: readonly string[] = [...entities.keys()];

/** Kinds of records whose events tell whose they are. */
export const ownedKinds: readonly string[] = [...entities.values()]
  .filter(({ owner }) => owner !== undefined)
  .map(({ kind }) => kind);

const dataSchema = z.object({
  ownerId: z.string().nullish(),
  assigneeId: z.string().nullish(),
  teamId: z.string().nullish(),
  survivorId: z.string().optional(),
  changes: z.record(z.string(), z.object({ from: z.unknown() })).optional(),
});

/** Null for what followers are not told of. */
export function changeOf(event: RecordedEvent, seq: number): Change | null {
  if (event.visibility !== 'public') return null;
  if (event.aggregate === segmentAggregate) return changeOfSegments(event, seq);
  const type = entities.get(event.aggregate);
  if (!type) return null;
  const data = dataSchema.safeParse(event.data).data ?? {};
  return {
    ...happened(event, seq),
    kind: kindOf(event, data),
    entity: type,
    entityId: event.aggregateId,
    version: event.version,
    changedFields: event.changedFields,
    previous: previousOf(data),
    mergedIntoId: mergedIntoOf(event, data),
    owned: ownedOf(type, data),
    segment: null,
  };
}

const happened = (
  { eventId, type, occurredAt, actor, customerId }: RecordedEvent,
  seq: number,
): Pick<Change, 'actorId' | 'customerId' | 'eventId' | 'occurredAt' | 'seq' | 'subject'> => ({
  seq,
  eventId,
  subject: type,
  occurredAt,
  actorId: actor,
  customerId,
});

/** The first word of the events that tell who came into a segment or left it. */
export const segmentAggregate = 'segment';

const segmentSchema = z.object({ segmentCode: z.string() });

/** In which segments a customer is belongs to the customer, in the graph as here. */
function changeOfSegments(event: RecordedEvent, seq: number): Change | null {
  const { customerId } = event;
  const { data } = segmentSchema.safeParse(event.data);
  if (customerId === null || !data) return null;
  return {
    ...happened(event, seq),
    kind: 'UPDATED',
    entity: customerEntity,
    entityId: customerId,
    version: null,
    changedFields: ['segments'],
    previous: null,
    mergedIntoId: null,
    owned: null,
    segment: data.segmentCode,
  };
}

type Data = z.infer<typeof dataSchema>;

function ownedOf({ owner }: EntityType, data: Data): Owned | null {
  const ownerId = owner && data[owner];
  return ownerId === undefined ? null : { ownerId, teamId: data.teamId ?? null };
}

/** An undone merge names the survivor too, and is no merge. */
const mergedIntoOf = (event: RecordedEvent, data: Data): string | null =>
  isMerged(event, data) ? (data.survivorId ?? null) : null;

/** A placeholder that turned out to be another person is gone like one that was merged. */
const isMerged = ({ type, aggregateId }: RecordedEvent, { survivorId }: Data): boolean =>
  type.endsWith('.merged') || (type.endsWith('.identified') && survivorId !== aggregateId);

const endings: readonly string[] = ['deleted', 'removed'];
const comebacks: readonly string[] = ['restored', 'unmerged'];

function kindOf(event: RecordedEvent, data: Data): ChangeKind {
  const { type, version } = event;
  if (isMerged(event, data)) return 'MERGED';
  const fact = type.slice(type.indexOf('.') + 1);
  if (endings.includes(fact)) return 'DELETED';
  if (comebacks.includes(fact)) return 'RESTORED';
  return version === 1 ? 'CREATED' : 'UPDATED';
}

function previousOf({ changes }: Data): Change['previous'] {
  if (!changes) return null;
  return Object.fromEntries(
    Object.entries(changes).map(([field, { from }]) => [field, from ?? null]),
  );
}
