import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CustomerRelationChanged,
  CustomerRelationEnded,
  CustomerRelationEstablished,
  CustomerRelationRemoved,
  type CustomerRelationData,
} from '@crm/schemas/events/customer-relation';
import { CustomerRelationEntity, type CustomerRelation } from './relation.fields.ts';

/** One of both at least is a customer. */
const customerId = ({ fromId, fromKind, toId }: CustomerRelation): string =>
  fromKind === 'CUSTOMER' ? fromId : toId;

const data = (relation: CustomerRelation): CustomerRelationData => ({
  type: relation.type,
  fromId: relation.fromId,
  fromKind: relation.fromKind,
  toId: relation.toId,
  toKind: relation.toKind,
  validFrom: relation.validFrom,
  validTo: relation.validTo,
});

const told =
  (type: EventType<CustomerRelationData>) =>
  (work: Work, rows: readonly CustomerRelation[]): Promise<void> =>
    publishRows(work, { type, rows, customerId, data });

const changed =
  (type: EventType<CustomerRelationData>) =>
  (work: Work, changes: readonly Change<CustomerRelation>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const relationEstablished = told(CustomerRelationEstablished);
export const relationChanged = changed(CustomerRelationChanged);
export const relationEnded = changed(CustomerRelationEnded);
/** It was a mistake. */
export const relationRemoved = told(CustomerRelationRemoved);

export const relationSnapshot = snapshotOf({
  entity: CustomerRelationEntity,
  type: CustomerRelationEstablished,
  customerId,
  data,
});
