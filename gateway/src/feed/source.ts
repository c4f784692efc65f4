import type { Change, EntityType } from '@crm/schemas/changes/change';
import { shortHash } from './cursor.ts';
import type { Position } from './reader.ts';
import type { Found } from './records.ts';
import type { Sight } from './rights.ts';

/** What the schema's `Change` is read from. */
export type ChangeSource = Readonly<Record<string, unknown>> & { readonly cursor: string };

export const sourceOfChange = (change: Change, cursor: string, sight: Sight): ChangeSource => ({
  cursor,
  eventId: change.eventId,
  subject: change.subject,
  kind: change.kind,
  occurredAt: change.occurredAt,
  actor: change.actorId === null ? null : { id: change.actorId },
  entityKind: change.entity.kind,
  entityId: change.entityId,
  version: change.version,
  customerId: change.customerId,
  changedFields: change.changedFields,
  previous: change.previous,
  mergedIntoId: change.mergedIntoId,
  entity:
    sight === 'gone' || change.kind === 'DELETED'
      ? null
      : { __typename: change.entity.type, id: change.mergedIntoId ?? change.entityId },
  gap: false,
  reason: null,
});

/** A record as it is, in a snapshot. */
export const sourceOfRecord = (
  { kind, type }: EntityType,
  { id, version, customerId }: Found,
  cursor: string,
): ChangeSource => ({
  ...aboutNothing,
  cursor,
  eventId: shortHash(`SNAPSHOT ${kind} ${id} ${version}`),
  subject: 'feed.snapshot',
  kind: 'SNAPSHOT',
  occurredAt: new Date().toISOString(),
  entityKind: kind,
  entityId: id,
  version,
  customerId,
  entity: { __typename: type, id },
});

const aboutNothing = {
  actor: null,
  entityKind: null,
  entityId: null,
  version: null,
  customerId: null,
  changedFields: [],
  previous: null,
  mergedIntoId: null,
  entity: null,
  gap: false,
  reason: null,
} as const;

export type Notice = {
  readonly kind: 'GAP' | 'OVERFLOW' | 'CAUGHT_UP';
  readonly reason: string | null;
};

/** A frame that tells of the feed itself. */
export const sourceOfNotice = (
  { kind, reason }: Notice,
  { stream, seq }: Position,
  cursor: string,
): ChangeSource => ({
  ...aboutNothing,
  cursor,
  eventId: shortHash(`${kind} ${stream} ${seq}`),
  subject: `feed.${kind.toLowerCase()}`,
  kind,
  occurredAt: new Date().toISOString(),
  gap: kind === 'GAP',
  reason,
});

const reasons = {
  EXPIRED: 'What followed the cursor is no longer kept',
  RECREATED: 'The stream of changes was made anew',
} as const;

export const gapNotice = (gap: keyof typeof reasons): Notice => ({
  kind: 'GAP',
  reason: reasons[gap],
});

export const overflowNotice: Notice = {
  kind: 'OVERFLOW',
  reason: 'The connection took less than what happened',
};

export const caughtUpNotice: Notice = { kind: 'CAUGHT_UP', reason: null };
