import type { RecordedEvent } from '@crm/kit/event/event';
import { z } from 'zod';

export type ChangeKind = 'CREATED' | 'UPDATED' | 'DELETED' | 'RESTORED';

/** Who owns a record, as its events say. */
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
  readonly version: number;
  readonly customerId: string | null;
  readonly changedFields: readonly string[];
  readonly previous: Readonly<Record<string, unknown>> | null;
  /** Who owns the record, where the event says so. */
  readonly owned: Owned | null;
};

export type EntityType = {
  /** As clients name it. */
  readonly kind: string;
  /** Its type in the graph. */
  readonly type: string;
  /** The subgraph that decides who may see it. */
  readonly service: string;
  /** By what a deleted one, which no service shows any more, may still be told of. */
  readonly access: 'owner' | 'customer' | 'company';
};

const entity = (
  kind: string,
  type: string,
  { service, access }: Pick<EntityType, 'service' | 'access'>,
): EntityType => ({ kind, type, service, access });

/** What followers are told of, by the aggregate in the event's name. */
const entities: ReadonlyMap<string, EntityType> = new Map([
  ['customer', entity('CUSTOMER', 'Customer', { service: 'customers', access: 'owner' })],
  ['order', entity('SALES_ORDER', 'SalesOrder', { service: 'customers', access: 'customer' })],
  ['payment', entity('PAYMENT', 'Payment', { service: 'customers', access: 'customer' })],
  ['receivable', entity('RECEIVABLE', 'Receivable', { service: 'customers', access: 'customer' })],
  ['need', entity('NEED', 'Need', { service: 'customers', access: 'customer' })],
  [
    'opportunity',
    entity('OPPORTUNITY', 'Opportunity', { service: 'customers', access: 'customer' }),
  ],
  ['staff', entity('STAFF_MEMBER', 'StaffMember', { service: 'customers', access: 'company' })],
  ['team', entity('TEAM', 'Team', { service: 'customers', access: 'company' })],
  ['product', entity('PRODUCT', 'Product', { service: 'customers', access: 'company' })],
  ['person', entity('PERSON', 'Person', { service: 'contacts', access: 'owner' })],
  [
    'affiliation',
    entity('AFFILIATION', 'Affiliation', { service: 'contacts', access: 'customer' }),
  ],
  [
    'interaction',
    entity('INTERACTION', 'Interaction', { service: 'contacts', access: 'customer' }),
  ],
  ['alert', entity('ALERT', 'Alert', { service: 'care', access: 'customer' })],
  ['competitor', entity('COMPETITOR', 'Competitor', { service: 'competitors', access: 'company' })],
  [
    'competitorproduct',
    entity('COMPETITOR_PRODUCT', 'CompetitorProduct', {
      service: 'competitors',
      access: 'company',
    }),
  ],
]);

export const customerEntity: EntityType = entity('CUSTOMER', 'Customer', {
  service: 'customers',
  access: 'owner',
});

const accessByKind = new Map([...entities.values()].map(({ kind, access }) => [kind, access]));

/** Who may be told of records of a kind; undefined for what is no kind. */
export const accessOfKind = (kind: string): EntityType['access'] | undefined =>
  accessByKind.get(kind);

/** The first word of the events that followers are told of: `customer` of `customer.updated`. */
export const aggregates: readonly string[] = [...entities.keys()];

/** Kinds of records whose events tell the owner. */
export const ownedKinds: readonly string[] = [...entities.values()]
  .filter(({ access }) => access === 'owner')
  .map(({ kind }) => kind);

const dataSchema = z.object({
  ownerId: z.string().nullish(),
  teamId: z.string().nullish(),
  changes: z.record(z.string(), z.object({ from: z.unknown() })).optional(),
});

/** Null for what followers are not told of. */
export function changeOf(event: RecordedEvent, seq: number): Change | null {
  const type = entities.get(event.aggregate);
  if (!type || event.visibility !== 'public') return null;
  const data = dataSchema.safeParse(event.data).data ?? {};
  return {
    seq,
    eventId: event.eventId,
    subject: event.type,
    kind: kindOf(event),
    occurredAt: event.occurredAt,
    actorId: event.actor,
    entity: type,
    entityId: event.aggregateId,
    version: event.version,
    customerId: event.customerId,
    changedFields: event.changedFields,
    previous: previousOf(data),
    owned:
      data.ownerId === undefined
        ? null
        : { ownerId: data.ownerId ?? null, teamId: data.teamId ?? null },
  };
}

const endings: readonly string[] = ['deleted', 'removed'];

function kindOf({ type, version }: RecordedEvent): ChangeKind {
  const fact = type.slice(type.indexOf('.') + 1);
  if (endings.includes(fact)) return 'DELETED';
  if (fact === 'restored') return 'RESTORED';
  return version === 1 ? 'CREATED' : 'UPDATED';
}

function previousOf({ changes }: z.infer<typeof dataSchema>): Change['previous'] {
  if (!changes) return null;
  return Object.fromEntries(
    Object.entries(changes).map(([field, { from }]) => [field, from ?? null]),
  );
}
