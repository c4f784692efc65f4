import { describe, expect, test } from '@jest/globals';
import { parseGtidSet } from '../gtid.ts';
import { bootstrap } from './bootstrap.ts';
import type { Sight } from './sight.ts';
import type { TimedView } from './view.ts';

const u = 'aaaaaaaa-0000-0000-0000-000000000000';
const v = 'bbbbbbbb-0000-0000-0000-000000000000';

const viewOf = (uuid: string, gtids: string, more: Partial<TimedView> = {}): TimedView => ({
  uuid,
  startedAt: 1000,
  isReadOnly: true,
  isOffline: false,
  gtids: parseGtidSet(gtids),
  held: parseGtidSet(gtids),
  waitsForAcknowledgement: false,
  synchronousReplicas: 0,
  receiver: null,
  isApplying: false,
  sourceUuid: null,
  sourceAddress: null,
  heard: '',
  heartbeatMs: 0,
  quietMs: Infinity,
  ...more,
});

const sightOf = (name: string, view: TimedView | null): Sight => ({
  name,
  address: name,
  view,
  isUp: view !== null,
  error: view ? null : 'ECONNREFUSED',
  failures: 0,
  silentMs: 0,
  detachedMs: 0,
  isSynchronous: false,
  isBusy: false,
});

const begin = (a: TimedView | null, b: TimedView | null): object =>
  bootstrap({ cluster: 'test', former: null, lineage: 'l' }, [sightOf('a', a), sightOf('b', b)]);

describe('the first record', () => {
  test('names the one server that takes writes', () => {
    const writer = viewOf(v, `${u}:1-5`, { isReadOnly: false });
    expect(begin(viewOf(u, `${u}:1-5`), writer)).toMatchObject({
      record: { term: 1, writer: 'b', standby: [], members: { a: u, b: v }, writers: [v] },
    });
  });

  test('names the one that holds everything when all are closed', () => {
    const replica = viewOf(v, `${u}:1-4`, { receiver: 'OFF' });
    expect(begin(viewOf(u, `${u}:1-5`), replica)).toMatchObject({ record: { writer: 'a' } });
  });

  test('goes on from a record that the store has lost', () => {
    const former = { term: 6, writers: [u, v] };
    const [a, b] = [viewOf(u, `${u}:1-5`), viewOf(v, `${u}:1-5`, { isReadOnly: false })];
    expect(
      bootstrap({ cluster: 'test', former }, [sightOf('a', a), sightOf('b', b)]),
    ).toMatchObject({ record: { term: 7, writer: 'b', writers: [u, v] } });
  });

  test('names the first of two empty servers', () => {
    expect(begin(viewOf(u, ''), viewOf(v, ''))).toMatchObject({ record: { writer: 'a' } });
  });

  test.each([
    {
      when: 'one is out of sight',
      a: null,
      b: viewOf(v, '', { isReadOnly: false }),
      problem: 'a does not answer',
    },
    {
      when: 'both take writes',
      a: viewOf(u, `${u}:1`, { isReadOnly: false }),
      b: viewOf(v, `${u}:1`, { isReadOnly: false }),
      problem: 'a and b both take writes',
    },
    {
      when: 'they share no history',
      a: viewOf(u, `${u}:1-5`),
      b: viewOf(v, `${v}:1-3`),
      problem: 'not of one cluster',
    },
    {
      when: 'each holds something of its own',
      a: viewOf(u, `${u}:1-5`),
      b: viewOf(v, `${u}:1-4,${v}:1`),
      problem: 'each server holds something of its own',
    },
  ])('is left to a person when $when', ({ a, b, problem }) => {
    expect(begin(a, b)).toMatchObject({ problem: expect.stringContaining(problem) });
  });
});
