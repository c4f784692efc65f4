import type { NewEvent } from '@crm/kit/event/event';
import { SegmentEntered, SegmentLeft } from '@crm/schemas/events/segment';
import { pairId } from '../pair-id.ts';
import { isOpen } from '../strictness.ts';
import type { Cause, Segment } from './segment.fields.ts';

/** One of a segment's customers that came or went: the `spell`th time that it was there. */
export type Move = { readonly subjectId: string; readonly spell: number; readonly cause: Cause };

type Told = Pick<Segment, 'class' | 'code' | 'id'>;

/** Whoever hears of events need not have the right to read what a careful segment is made of. */
export const movesOf = (
  segment: Told,
  { entered, left }: { readonly entered: readonly Move[]; readonly left: readonly Move[] },
): NewEvent[] =>
  isOpen(segment.class)
    ? [
        ...entered.map((move) => eventOf(segment, move, SegmentEntered)),
        ...left.map((move) => eventOf(segment, move, SegmentLeft)),
      ]
    : [];

const eventOf = (
  { id, code }: Told,
  { subjectId, spell, cause }: Move,
  type: typeof SegmentEntered,
): NewEvent => ({
  type,
  aggregateId: pairId(id, subjectId),
  version: type === SegmentEntered ? spell * 2 - 1 : spell * 2,
  customerId: subjectId,
  actor: null,
  changedFields: [],
  data: { segmentId: id, segmentCode: code, subjectType: 'CUSTOMER', subjectId, cause },
});
