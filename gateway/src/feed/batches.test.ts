import { describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { customerEntity, type Change } from '@crm/schemas/changes/change';
import { batchesOf } from './batches.ts';
import { readFilter } from './filter.ts';
import type { Page } from './reader.ts';

const ids = [newId(), newId(), newId()];

const change = (seq: number): Change => ({
  seq,
  eventId: newId(),
  subject: 'customer.updated',
  kind: 'UPDATED',
  occurredAt: '2026-11-29T00:00:00Z',
  actorId: null,
  entity: customerEntity,
  entityId: ids[seq % ids.length] ?? '',
  version: seq,
  customerId: null,
  changedFields: [],
  previous: null,
  mergedIntoId: null,
  owned: null,
  segment: null,
});

const from = { stream: 's', seq: 10 };
const end = { stream: 's', seq: 30 };
const page = (count: number): Page => ({
  changes: Array.from({ length: count }, (_, at) => change(at + 11)),
  position: end,
  gap: null,
  isEnd: true,
});

const resumes = (count: number, wanted: { coalesceMs?: number; filter?: object } = {}) => {
  const { coalesceMs = 0, filter = {} } = wanted;
  // Three at a time.
  const given = { filter: readFilter(filter), coalesceMs, cost: 1333 };
  return batchesOf(given, { from, page: page(count) }).map(({ placed, end: { seq } }) => ({
    resume: placed.map(({ resume }) => resume.seq),
    end: seq,
  }));
};

describe('Batches', () => {
  test('may each be gone on after, and the last one after the whole page', () => {
    expect(resumes(5)).toEqual([
      { resume: [11, 12, 13], end: 13 },
      { resume: [14, 15], end: 30 },
    ]);
  });

  test('of nothing are one, which ends the page', () => {
    expect(resumes(5, { filter: { kinds: ['DELETED'] } })).toEqual([{ resume: [], end: 30 }]);
  });

  test('of what was merged are one: before its last change one goes on before the first', () => {
    expect(resumes(9, { coalesceMs: 1000 })).toEqual([{ resume: [10, 10, 30], end: 30 }]);
  });
});
