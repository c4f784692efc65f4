import { describe, expect, test } from '@jest/globals';
import { newRow } from '@crm/kit/record/record';
import { systemViewer } from '@crm/kit/viewer';
import { CareTaskEntity, type CareTask } from './task.fields.ts';
import { complete, confirm, exclude, isSent, requireAllowed, settle } from './task.ts';

const now = new Date('2026-12-07T02:00:00Z');
const who = { now, staffId: 'staff' };

const task = (given: Partial<CareTask> = {}): CareTask => ({
  ...newRow(
    { viewer: systemViewer('test'), now, requestId: 'test', manager: Object.create(null) },
    CareTaskEntity,
    { values: new Map(), rules: {} },
  ),
  state: 'PROPOSED',
  channel: 'SMS',
  dueAt: now,
  ...given,
});

test('mails and short messages are sent by themselves', () => {
  const all = ['PHONE', 'SMS', 'EMAIL', 'IM', 'LETTER', 'VISIT'] as const;
  expect(all.filter(isSent)).toEqual(['SMS', 'EMAIL']);
});

describe('confirm', () => {
  test('schedules what is sent by itself, and gives the rest to somebody', () => {
    expect(confirm(task(), who)).toMatchObject({ state: 'SCHEDULED', decidedById: 'staff' });
    expect(confirm(task({ channel: 'VISIT' }), who)).toMatchObject({ state: 'SELECTED' });
  });

  test('changes nothing the second time', () => {
    expect(confirm(task({ state: 'SCHEDULED' }), who)).toEqual({});
    expect(confirm(task({ state: 'SELECTED', decidedAt: now }), who)).toEqual({});
  });

  test.each(['EXCLUDED', 'SENT', 'DONE', 'SKIPPED', 'FAILED', 'SUPPRESSED'] as const)(
    'refuses what is %s',
    (state) => {
      expect(() => confirm(task({ state }), who)).toThrow("can't be confirmed");
    },
  );
});

describe('exclude', () => {
  test('takes out what is still to come, with the reason', () => {
    for (const state of ['PROPOSED', 'SELECTED', 'SCHEDULED', 'SUPPRESSED'] as const) {
      expect(exclude(task({ state }), '不打扰', who)).toMatchObject({
        state: 'EXCLUDED',
        reason: 'EXCLUDED_BY_HAND',
        note: '不打扰',
        endedAt: now,
      });
    }
    expect(() => exclude(task({ state: 'SENT' }), '不打扰', who)).toThrow('was sent');
  });
});

describe('complete', () => {
  test('is for what somebody does', () => {
    expect(complete(task({ state: 'SELECTED' }), null, who)).toMatchObject({ state: 'DONE' });
    expect(() => complete(task({ state: 'SCHEDULED' }), null, who)).toThrow('is scheduled');
  });
});

describe('settle', () => {
  const scheduled = task({ state: 'SCHEDULED' });
  const id = scheduled.id;

  test('writes what became of the sending', () => {
    expect(settle(scheduled, { id, state: 'SENT', reason: null }, now)).toEqual({
      state: 'SENT',
      reason: null,
      endedAt: now,
    });
  });

  test('lets it wait', () => {
    const dueAt = new Date('2026-12-08T00:00:00Z');
    const settlement = { id, state: 'SCHEDULED', reason: 'QUIET_HOURS', dueAt } as const;
    expect(settle(scheduled, settlement, now)).toEqual({ reason: 'QUIET_HOURS', dueAt });
  });

  test('leaves alone what somebody has decided otherwise', () => {
    const excluded = task({ state: 'EXCLUDED' });
    expect(settle(excluded, { id, state: 'SENT', reason: null }, now)).toBeNull();
  });
});

test('requireAllowed names the reason, and the time until which it holds', () => {
  expect(() => requireAllowed(null)).not.toThrow();
  expect(() => requireAllowed({ reason: 'REFUSED', until: null })).toThrow('REFUSED');
  const until = new Date('2026-12-08T00:00:00Z');
  expect(() => requireAllowed({ reason: 'QUIET_HOURS', until })).toThrow(
    'until 2026-12-08T00:00:00.000Z: QUIET_HOURS',
  );
});
