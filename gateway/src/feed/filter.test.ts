import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { changeOf, type Change } from '@crm/schemas/changes/change';
import { coalesce } from './coalesce.ts';
import { readFilter } from './filter.ts';

const id = newId();

const owned = { ownerId: 'new', teamId: null, changes: { ownerId: { from: 'old', to: 'new' } } };

const eventOf = (type: string, data: object = owned) => ({
  eventId: newId(),
  type,
  schemaVersion: 1,
  visibility: 'public' as const,
  aggregate: type.slice(0, type.indexOf('.')),
  aggregateId: id,
  version: 2,
  customerId: id,
  actor: null,
  changedFields: ['ownerId', 'address.city'],
  occurredAt: '2026-11-25T00:00:00Z',
  trace: null,
  data,
});

function changeFrom(event: RecordedEvent, seq = 1): Change {
  const read = changeOf(event, seq);
  if (!read) throw new Error(`${event.type} is not told of`);
  return read;
}

const change = (
  type: string,
  changes: Partial<Change> = {},
  seq = 1,
  data: object = owned,
): Change => ({ ...changeFrom(eventOf(type, data), seq), ...changes });

const moved = (code: string, type = 'segment.entered'): Change =>
  changeFrom({ ...eventOf(type, { segmentCode: code }), version: 1, changedFields: [] });

describe('A change', () => {
  test.each([
    ['touchplan.due', 'TOUCH_PLAN', 'UPDATED'],
    ['consent.recorded', 'CONSENT', 'UPDATED'],
    ['caretask.done', 'CARE_TASK', 'UPDATED'],
    ['document.attached', 'DOCUMENT', 'UPDATED'],
    ['document.removed', 'DOCUMENT', 'DELETED'],
    ['document.restored', 'DOCUMENT', 'RESTORED'],
  ])('%s is one of %s: %s', (type, entity, kind) => {
    expect(change(type)).toMatchObject({ kind, entity: { kind: entity } });
  });
});

describe('A filter', () => {
  test.each([
    [{}, true],
    [{ entities: ['CUSTOMER'] }, true],
    [{ entities: ['PERSON'] }, false],
    [{ kinds: ['UPDATED'] }, true],
    [{ kinds: ['DELETED'] }, false],
    [{ customerIds: [id] }, true],
    [{ customerIds: [newId()] }, false],
    [{ customerIds: [] }, false],
    [{ subjects: ['customer.updated'] }, true],
    [{ subjects: ['customer.*'] }, true],
    [{ subjects: ['person.*', 'customer.deleted'] }, false],
    [{ changedFieldsAny: ['owner'] }, true],
    [{ changedFieldsAny: ['ownerId'] }, true],
    [{ changedFieldsAny: ['address'] }, true],
    [{ changedFieldsAny: ['addr', 'own'] }, false],
    [{ ownerIds: ['new'] }, true],
    [{ ownerIds: ['old'] }, true],
    [{ ownerIds: ['another'] }, false],
    [{ entities: ['CUSTOMER'], kinds: ['CREATED'] }, false],
  ])('%j decides: %j', (given, expected) => {
    expect(readFilter(given).matches(change('customer.updated'))).toBe(expected);
  });

  test.each([
    [{}, false],
    [{ segment: 'strategic' }, true],
    [{ segment: 'another' }, false],
    [{ segment: 'strategic', changedFieldsAny: ['level'] }, true],
    [{ segment: 'strategic', subjects: ['segment.entered'] }, true],
    [{ segment: 'strategic', subjects: ['segment.left', 'customer.*'] }, false],
    [{ segment: 'strategic', entities: ['SALES_ORDER'] }, false],
    [{ segment: 'strategic', customerIds: [newId()] }, false],
  ])('%j decides of a customer that came into a segment: %j', (given, expected) => {
    expect(readFilter(given).matches(moved('strategic'))).toBe(expected);
  });

  test('takes coming into a segment for a change of the customer, of no version', () => {
    expect(moved('strategic')).toMatchObject({
      kind: 'UPDATED',
      entity: { kind: 'CUSTOMER' },
      entityId: id,
      version: null,
      changedFields: ['segments'],
    });
    const updated = change('customer.updated', { changedFields: ['level'] }, 1);
    const [merged] = coalesce([updated, { ...moved('strategic', 'segment.left'), seq: 2 }]);
    expect(merged).toMatchObject({ version: 2, changedFields: ['level', 'segments'] });
  });

  test('is the same whatever the order of what it names', () => {
    const one = readFilter({ kinds: ['UPDATED', 'CREATED'], subjects: null });
    expect(readFilter({ kinds: ['CREATED', 'UPDATED'] }).hash).toBe(one.hash);
    expect(readFilter({ kinds: ['CREATED'] }).hash).not.toBe(one.hash);
  });

  test('refuses what it cannot hold', () => {
    expect(() => readFilter({ subjects: ['segment.*'] })).toThrow('segment.* is none');
    for (const unknown of ['customer', 'custom.*', '*', 'customer.updated.*', 'Customer.updated']) {
      expect(() => readFilter({ subjects: [unknown] })).toThrow(`${unknown} is none`);
    }
    expect(() => readFilter({ ownerIds: ['a'], entities: ['NEED'] })).toThrow('not for NEED');
    const many = Array.from({ length: 1001 }, String);
    expect(() => readFilter({ customerIds: many })).toThrow('at most 1000');
  });
});

describe('An alert', () => {
  const data = { assigneeId: 'new', changes: { assigneeId: { from: 'old', to: 'new' } } };
  test.each([
    ['new', true],
    ['old', true],
    ['another', false],
  ])('is told of to whoever has it or had it: %s, %j', (ownerId, expected) => {
    const { matches } = readFilter({ entities: ['ALERT'], ownerIds: [ownerId] });
    expect(matches(change('alert.assigned', {}, 1, data))).toBe(expected);
  });
});

describe('Changes within one time', () => {
  test('of one record are one, where the last of them stood', () => {
    const other = change('person.updated', { entityId: newId() }, 3);
    const created = change('customer.created', { changedFields: [], kind: 'CREATED' }, 1);
    const renamed = change(
      'customer.updated',
      { changedFields: ['name'], previous: { name: 'a' } },
      2,
    );
    const again = change(
      'customer.updated',
      { changedFields: ['name', 'level'], previous: { name: 'b', level: 'KEY' } },
      4,
    );
    const merged = coalesce([created, renamed, other, again]);
    expect(merged.map(({ seq }) => seq)).toEqual([3, 4]);
    expect(merged[1]).toMatchObject({
      kind: 'CREATED',
      eventId: again.eventId,
      changedFields: ['name', 'level'],
      previous: { name: 'a', level: 'KEY' },
    });
  });
});

describe('An event', () => {
  test.each([
    ['customer.deleted', 3, 'DELETED'],
    ['competitorproduct.removed', 3, 'DELETED'],
    ['person.restored', 3, 'RESTORED'],
    ['order.recorded', 1, 'CREATED'],
    ['staff.upserted', 2, 'UPDATED'],
    ['alert.resolved', 3, 'UPDATED'],
  ])('%s of version %i is %s', (type, version, kind) => {
    const event = { ...eventOf(type), version, customerId: null, changedFields: [], data: {} };
    expect(changeOf(event, 1)?.kind).toBe(kind);
    expect(changeOf({ ...event, visibility: 'private' }, 1)).toBeNull();
  });
});
