import { describe, expect, test } from '@jest/globals';
import { parseGtidSet } from '../gtid.ts';
import type { TermRecord } from '../record.ts';
import { decide, type Situation } from './decide.ts';
import { defaultKeeperTiming } from './options.ts';
import type { Sight } from './sight.ts';
import type { TimedView } from './view.ts';

const uuids = {
  a: 'aaaaaaaa-0000-0000-0000-000000000000',
  b: 'bbbbbbbb-0000-0000-0000-000000000000',
  c: 'cccccccc-0000-0000-0000-000000000000',
} as const;
type Name = keyof typeof uuids;

const record: TermRecord = {
  version: 1,
  cluster: 'test',
  lineage: 'l',
  term: 3,
  writer: 'a',
  standby: ['b'],
  standbySince: { b: 1000 },
  phase: 'serving',
  was: null,
  members: uuids,
  writers: [uuids.a],
};

function view(name: Name, more: Partial<TimedView> & { readonly has?: string } = {}): TimedView {
  const gtids = parseGtidSet(more.has ?? `${uuids.a}:1-100`);
  const isWriter = name === 'a';
  return {
    uuid: uuids[name],
    startedAt: 1000,
    isReadOnly: !isWriter,
    isOffline: false,
    gtids,
    held: gtids,
    waitsForAcknowledgement: isWriter,
    synchronousReplicas: isWriter ? 1 : 0,
    receiver: isWriter ? null : 'ON',
    isApplying: !isWriter,
    sourceUuid: isWriter ? null : uuids.a,
    sourceAddress: isWriter ? null : 'host:a',
    heard: '1',
    heartbeatMs: 250,
    quietMs: 100,
    ...more,
  };
}

const sight = (name: Name, more: Partial<Sight> = {}): Sight => ({
  name,
  address: `host:${name}`,
  view: view(name),
  isUp: true,
  error: null,
  failures: 0,
  silentMs: 0,
  detachedMs: 0,
  isSynchronous: true,
  isBusy: false,
  ...more,
});

const situation = (sights: readonly Sight[], more: Partial<Situation> = {}): Situation => ({
  record,
  sights,
  sinceFailoverMs: null,
  mayPromote: true,
  durability: 'degrade',
  failback: null,
  isWedged: false,
  timing: defaultKeeperTiming,
  ...more,
});

const silentFor = (silentMs: number, failures = 9): Partial<Sight> => ({
  isUp: false,
  error: 'HA_NODE_DOWN',
  silentMs,
  failures,
});
const refused = { isUp: false, error: 'ECONNREFUSED', silentMs: 400, failures: 3 };
const quiet = { view: view('b', { quietMs: 3000 }) };
const does = (given: Situation): readonly string[] =>
  decide(given).map((decision) =>
    'node' in decision ? `${decision.do} ${decision.node}` : decision.do,
  );
const says = (given: Situation): string =>
  decide(given)
    .map((decision) =>
      'message' in decision ? `${decision.type}: ${decision.message}` : decision.do,
    )
    .join();

describe('a keeper whose pair is well', () => {
  test('does nothing', () => {
    expect(does(situation([sight('a'), sight('b')]))).toEqual([]);
  });

  test('lists a replica as standby once it holds everything', () => {
    const unlisted = { record: { ...record, standby: [] } };
    const behind = sight('b', { isSynchronous: false });
    expect(does(situation([sight('a'), sight('b')], unlisted))).toEqual(['list b']);
    expect(does(situation([sight('a'), behind], unlisted))).toEqual([]);
  });

  test('makes commits wait before it lists a replica', () => {
    const careless = sight('a', { view: view('a', { waitsForAcknowledgement: false }) });
    const unlisted = { record: { ...record, standby: [] } };
    expect(does(situation([careless, sight('b')], unlisted))).toEqual(['wait-for-acknowledgement']);
  });

  test('strikes a standby off the list when commits did not wait for it', () => {
    const careless = sight('a', { view: view('a', { waitsForAcknowledgement: false }) });
    expect(does(situation([careless, sight('b')]))).toEqual([
      'unlist b',
      'wait-for-acknowledgement',
    ]);
  });

  test('corrects a replica that would be told too seldom that its source lives', () => {
    const slow = { view: view('b', { heartbeatMs: 30_000, quietMs: 5000 }), detachedMs: 5000 };
    const unlisted = { record: { ...record, standby: [] } };
    expect(does(situation([sight('a'), sight('b', slow)], unlisted))).toContain('rejoin b');
  });

  test('starts an applier that has stopped', () => {
    const stopped = sight('b', { view: view('b', { isApplying: false }) });
    expect(does(situation([sight('a'), stopped]))).toEqual(['start-applier b']);
  });

  test('changes back to the preferred writer when that is a standby', () => {
    expect(does(situation([sight('a'), sight('b')], { failback: 'b' }))).toEqual(['switchover b']);
    expect(does(situation([sight('a'), sight('b')], { failback: 'a' }))).toEqual([]);
  });
});

describe('a keeper whose standby is lost', () => {
  const lost = sight('b', { ...silentFor(5000), detachedMs: 5000 });

  test('strikes it off the list after a moment', () => {
    expect(does(situation([sight('a'), { ...lost, detachedMs: 300 }]))).toEqual([]);
    expect(does(situation([sight('a'), lost]))).toEqual(['unlist b']);
  });

  test('lets commits wait when that is what was asked for', () => {
    expect(does(situation([sight('a'), lost], { durability: 'strict' }))).toEqual([]);
  });

  test('lets commits wait for nobody when nobody is there, unless it is strict', () => {
    const unlisted = { record: { ...record, standby: [] } };
    expect(does(situation([sight('a'), lost], unlisted))).toEqual(['wait-for-acknowledgement']);
    const strict = { ...unlisted, durability: 'strict' } as const;
    expect(does(situation([sight('a'), lost], strict))).toEqual([]);
  });

  test('takes it back when it answers again, and not while somebody works on it', () => {
    const unlisted = { record: { ...record, standby: [] } };
    const back = sight('b', {
      detachedMs: 9000,
      view: view('b', { receiver: null, sourceUuid: null, sourceAddress: null }),
    });
    expect(does(situation([sight('a'), back], unlisted))).toContain('rejoin b');
    const busy = { ...back, isBusy: true };
    expect(does(situation([sight('a'), busy], unlisted))).not.toContain('rejoin b');
  });

  test('leaves it alone while it tries to connect by itself', () => {
    const unlisted = { record: { ...record, standby: [] } };
    const trying = sight('b', { detachedMs: 9000, view: view('b', { receiver: 'CONNECTING' }) });
    expect(does(situation([sight('a'), trying], unlisted))).not.toContain('rejoin b');
  });

  test('closes one that takes writes beside the writer', () => {
    const unlisted = { record: { ...record, standby: [] } };
    const open = sight('b', {
      detachedMs: 9000,
      view: view('b', { isReadOnly: false, sourceUuid: null }),
    });
    expect(does(situation([sight('a'), open], unlisted))).toContain('rejoin b');
  });
});

describe('a keeper whose writer is silent', () => {
  test('waits for a second and a third look', () => {
    expect(says(situation([sight('a', silentFor(300, 1)), sight('b', quiet)]))).toMatch(/^suspect/);
  });

  test('believes a standby that still hears of it', () => {
    expect(says(situation([sight('a', silentFor(3000)), sight('b')]))).toBe(
      'suspect: a does not answer (HA_NODE_DOWN), but its standby still hears of it',
    );
  });

  test('promotes the standby when that has lost it too', () => {
    expect(does(situation([sight('a', silentFor(3000)), sight('b', quiet)]))).toEqual([
      'promote b',
    ]);
  });

  test('needs no second opinion when the port refuses connections', () => {
    expect(does(situation([sight('a', refused), sight('b')]))).toEqual(['promote b']);
  });

  test('never promotes what is not on the list', () => {
    const given = situation([sight('a', refused), sight('b')], {
      record: { ...record, standby: [] },
    });
    expect(says(given)).toMatch(/^needs-operator: .*no standby holds all commits$/);
  });

  test('promotes nothing when another server may hold more', () => {
    const both = { record: { ...record, standby: ['b', 'c'] } };
    const away = sight('c', silentFor(3000));
    expect(says(situation([sight('a', refused), sight('b'), away], both))).toMatch(
      /^needs-operator: .*nor does its standby c$/,
    );
  });

  test('promotes the standby that has received most', () => {
    const both = { record: { ...record, standby: ['b', 'c'] } };
    const more = sight('c', { view: view('c', { has: `${uuids.a}:1-105` }) });
    expect(does(situation([sight('a', refused), sight('b'), more], both))).toEqual(['promote c']);
  });

  test('promotes no standby that has restarted since it was listed', () => {
    const restarted = sight('b', { view: view('b', { startedAt: 1001 }) });
    expect(says(situation([sight('a', refused), restarted]))).toBe(
      'needs-operator: a does not answer (ECONNREFUSED), and its standby b has restarted since',
    );
    expect(does(situation([sight('a'), restarted]))).toEqual(['unlist b']);
    expect(does(situation([sight('a'), restarted], { durability: 'strict' }))).toEqual([
      'unlist b',
    ]);
  });

  test('promotes nobody by itself where it may not', () => {
    const given = situation([sight('a', refused), sight('b')], { mayPromote: false });
    expect(says(given)).toMatch(/^needs-operator: .*promotion is left to an operator$/);
  });

  test('promotes nobody right after the last time', () => {
    const given = situation([sight('a', refused), sight('b')], { sinceFailoverMs: 1000 });
    expect(says(given)).toMatch(/^suspect: .*too soon after the last failover$/);
  });
});

describe('a keeper whose writer answers and does not finish writes', () => {
  test('promotes the standby where that was asked for', () => {
    expect(does(situation([sight('a'), sight('b')]))).toEqual([]);
    expect(does(situation([sight('a'), sight('b')], { isWedged: true }))).toEqual(['promote b']);
  });

  test('promotes nothing without a standby that answers', () => {
    const given = situation([sight('a'), sight('b', refused)], { isWedged: true });
    expect(says(given)).toMatch(/^needs-operator: a does not finish writes and no standby/);
  });
});

describe('a keeper whose writer came back', () => {
  const back = sight('a', { view: view('a', { isReadOnly: true }) });

  test('opens it when nobody took its place', () => {
    expect(does(situation([back, sight('b')]))).toEqual(['resume']);
  });

  test('promotes the standby when the writer has lost what that holds', () => {
    const ahead = sight('b', { view: view('b', { has: `${uuids.a}:1-101` }) });
    expect(does(situation([back, ahead]))).toEqual(['promote b']);
  });

  test('touches nothing when another server answers at its address', () => {
    const other = sight('a', { view: view('a', { uuid: 'dddddddd-0000-0000-0000-000000000000' }) });
    expect(says(situation([other, sight('b')]))).toMatch(/^needs-operator: At host:a is dddddddd/);
  });
});

describe('a keeper in the middle of a promotion', () => {
  const promoting: TermRecord = {
    ...record,
    writer: 'b',
    was: 'a',
    standby: ['a'],
    phase: 'promoting',
  };

  test('finishes it, whoever began it', () => {
    expect(does(situation([sight('a', refused), sight('b')], { record: promoting }))).toEqual([
      'finish',
    ]);
  });

  test('returns to the former writer when the new one dies before it was opened', () => {
    const sights = [sight('a'), sight('b', refused)];
    expect(does(situation(sights, { record: promoting }))).toEqual(['promote a']);
  });

  test('asks for help when both are gone', () => {
    const sights = [sight('a', refused), sight('b', refused)];
    expect(says(situation(sights, { record: promoting }))).toMatch(/^needs-operator: b died/);
  });
});

test('a record that names an unknown writer is left to a person', () => {
  expect(says(situation([sight('a'), sight('b')], { record: { ...record, writer: 'z' } }))).toBe(
    'needs-operator: The record names z as the writer, which is no server of this cluster',
  );
});
