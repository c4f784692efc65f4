import { describe, expect, test } from '@jest/globals';
import { customerEntity, type Change } from '@crm/schemas/changes/change';
import { createRecentChanges } from './recent.ts';

const at = (seq: number): Change => ({
  seq,
  eventId: String(seq),
  subject: 'customer.updated',
  kind: 'UPDATED',
  occurredAt: '',
  actorId: null,
  entity: customerEntity,
  entityId: '',
  version: 1,
  customerId: null,
  changedFields: [],
  previous: null,
  mergedIntoId: null,
  owned: null,
  segment: null,
});

describe('The newest changes', () => {
  test('are given after a sequence, though sequences have holes', () => {
    const recent = createRecentChanges(10, { changesMax: 100, bytesMax: 10_000 });
    for (const seq of [12, 15, 20]) recent.add(at(seq), 1);
    recent.pass(30);
    expect(recent.after(10, 2).map(({ seq }) => seq)).toEqual([12, 15]);
    expect(recent.after(15, 9).map(({ seq }) => seq)).toEqual([20]);
    expect(recent.after(16, 9).map(({ seq }) => seq)).toEqual([20]);
    expect(recent.after(20, 9)).toEqual([]);
    expect([recent.floor(), recent.head()]).toEqual([10, 30]);
  });

  test.each([
    ['in number', 1, { changesMax: 5, bytesMax: 10_000 }],
    ['in bytes', 100, { changesMax: 1000, bytesMax: 500 }],
  ])('are bounded %s, and say from where on they are whole', (_, bytes, limits) => {
    const recent = createRecentChanges(0, limits);
    for (let seq = 1; seq <= 1000; seq += 1) recent.add(at(seq), bytes);
    expect(recent.floor()).toBe(995);
    expect(recent.after(recent.floor(), 100).map(({ seq }) => seq)).toEqual([
      996, 997, 998, 999, 1000,
    ]);
  });
});
