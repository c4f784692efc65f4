import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  RelationshipChanged,
  RelationshipEnded,
  RelationshipEstablished,
  RelationshipKinTold,
  RelationshipRemoved,
  type KinData,
  type RelationshipData,
} from '@crm/schemas/events/relationship';
import { PersonRelationshipEntity, type PersonRelationship } from './relationship.fields.ts';

/** People may be at several customers, so the event names none. */
const customerId = (): null => null;

/** Who is of whose family is personal: the public event tells of it no more than that it is so. */
const data = (relationship: PersonRelationship): RelationshipData => {
  const { type, category, fromId, toId, strength, validFrom, validTo } = relationship;
  return category === 'FAMILY'
    ? { type: null, category, fromId: null, toId: null, strength: null, validFrom, validTo }
    : { type, category, fromId, toId, strength, validFrom, validTo };
};

type Told = (work: Work, rows: readonly PersonRelationship[]) => Promise<void>;
type Changed = (work: Work, changes: readonly Change<PersonRelationship>[]) => Promise<void>;

const told =
  (type: EventType<RelationshipData>): Told =>
  async (work, rows) => {
    await publishRows(work, { type, rows, customerId, data });
    await kinTold(work, rows);
  };

const changed =
  (type: EventType<RelationshipData>): Changed =>
  async (work, changes) => {
    await publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });
    const moved = changes.filter(({ changedFields }) => changedFields.length > 0);
    await kinTold(
      work,
      moved.map(({ after }) => after),
    );
  };

const isKin = ({ category }: PersonRelationship): boolean => category === 'FAMILY';

const kinData = ({ type, fromId, toId, validFrom, validTo }: PersonRelationship): KinData => ({
  type,
  fromId,
  toId,
  validFrom,
  validTo,
});

const kinTold: Told = (work, rows) =>
  publishRows(work, {
    type: RelationshipKinTold,
    rows: rows.filter(isKin),
    customerId,
    data: kinData,
  });

export const relationshipEstablished = told(RelationshipEstablished);
export const relationshipChanged = changed(RelationshipChanged);
export const relationshipEnded = changed(RelationshipEnded);

/** It was a mistake. */
export const relationshipRemoved: Told = (work, rows) =>
  publishRows(work, { type: RelationshipRemoved, rows, customerId, data });

export const kinSnapshot = snapshotOf({
  entity: PersonRelationshipEntity,
  type: RelationshipKinTold,
  customerId,
  data: kinData,
  isTold: isKin,
});
