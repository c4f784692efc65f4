import { describe, expect, test } from '@jest/globals';
import type { ContactPoint } from '../person/contact-point.ts';
import {
  chooseChannel,
  suppressionOf,
  type ConsentDecision,
  type SuppressionFacts,
  type Touch,
  type Wanted,
} from './suppression.ts';

const at = new Date('2026-12-10T02:00:00Z');

const decision = (given: Partial<ConsentDecision> = {}): ConsentDecision => ({
  id: '1',
  purpose: 'CARE',
  channel: null,
  status: 'GRANTED',
  at: new Date('2026-01-01T00:00:00Z'),
  ...given,
});

const mobile: ContactPoint = { kind: 'MOBILE', value: '139', label: null, isPreferred: true };
const email: ContactPoint = { kind: 'EMAIL', value: 'a@b.cn', label: null, isPreferred: true };

const facts = (given: Partial<SuppressionFacts> = {}): SuppressionFacts => ({
  personId: 'p',
  isGone: false,
  contactPoints: [mobile, email],
  preferredChannels: [],
  doNotContact: [],
  quietHours: null,
  consents: [decision()],
  touches: [],
  policies: [],
  ...given,
});

const policy = (
  given: Partial<SuppressionFacts['policies'][number]> = {},
): SuppressionFacts['policies'][number] => ({
  category: null,
  maxTouches: null,
  periodDays: null,
  onePerOccasion: false,
  quietHours: null,
  blackouts: null,
  ...given,
});

const wanted: Wanted = {
  taskId: null,
  at,
  purpose: 'CARE',
  category: 'ROUTINE',
  occasionId: 'new_year',
  occasionOn: '2026-12-10',
  aboutId: null,
};

const touch = (given: Partial<Touch> = {}): Touch => ({
  taskId: 't',
  at: new Date('2026-12-08T02:00:00Z'),
  category: 'ROUTINE',
  occasionId: 'other',
  occasionOn: '2026-12-08',
  aboutId: null,
  ...given,
});

const sms = (given: Partial<SuppressionFacts> = {}, when: Partial<Wanted> = {}) =>
  suppressionOf(facts(given), { ...wanted, ...when, channel: 'SMS' });

describe('suppressionOf', () => {
  test('lets through who agreed and can be reached', () => {
    expect(sms()).toBeNull();
  });

  test.each([
    ['PERSON_GONE', { isGone: true }],
    ['DO_NOT_CONTACT', { doNotContact: ['SMS'] }],
    ['NO_CONSENT', { consents: [] }],
    ['NO_CONSENT', { consents: [decision({ purpose: 'MARKETING' })] }],
    ['NO_CONSENT', { consents: [decision({ channel: 'EMAIL' })] }],
    ['REFUSED', { consents: [decision({ status: 'REFUSED' })] }],
    ['NO_CONTACT_POINT', { contactPoints: [email] }],
  ] as const)('%s', (reason, given) => {
    expect(sms(given)).toEqual({ reason, until: null });
  });

  test('takes the latest decision, that for all channels too, and the later id of one moment', () => {
    const later = new Date('2026-06-01T00:00:00Z');
    const withdrawn = decision({ id: '2', status: 'WITHDRAWN', at: later });
    const again = decision({ id: '3', channel: 'SMS', at: later });
    expect(sms({ consents: [withdrawn, decision()] })?.reason).toBe('WITHDRAWN');
    expect(sms({ consents: [again, withdrawn, decision()] })).toBeNull();
    expect(sms({ consents: [{ ...again, id: '1' }, withdrawn] })?.reason).toBe('WITHDRAWN');
  });

  test('a letter needs no contact point, and its consent all the same', () => {
    const letter = { ...wanted, channel: 'LETTER' as const };
    expect(suppressionOf(facts({ contactPoints: [] }), letter)).toBeNull();
    expect(suppressionOf(facts({ consents: [] }), letter)?.reason).toBe('NO_CONSENT');
  });
});

describe('one care for an occasion', () => {
  const policies = [policy({ onePerOccasion: true })];
  const same = touch({ occasionId: 'new_year', occasionOn: '2026-12-10' });

  test('is enough, whatever plan gave it', () => {
    expect(sms({ policies, touches: [same] })?.reason).toBe('ALREADY_GREETED');
    expect(sms({ touches: [same] })).toBeNull();
  });

  test('does not stand in its own way, nor in that of another year or another relative', () => {
    expect(sms({ policies, touches: [same] }, { taskId: 't' })).toBeNull();
    expect(sms({ policies, touches: [{ ...same, occasionOn: '2025-12-10' }] })).toBeNull();
    expect(sms({ policies, touches: [{ ...same, aboutId: 'spouse' }] })).toBeNull();
  });
});

describe('fatigue', () => {
  const policies = [policy({ category: 'ROUTINE', maxTouches: 2, periodDays: 7 })];
  const touches = [touch({ taskId: 'a' }), touch({ taskId: 'b' })];

  test('ends what is too much in a period', () => {
    expect(sms({ policies, touches })?.reason).toBe('FATIGUE');
    expect(sms({ policies, touches: touches.slice(1) })).toBeNull();
  });

  test('counts neither what is older, nor what comes after, nor another category', () => {
    const old = touch({ at: new Date('2026-12-03T02:00:00Z') });
    const later = touch({ at: new Date('2026-12-11T02:00:00Z') });
    const special = touch({ category: 'SPECIAL' });
    for (const other of [old, later, special]) {
      expect(sms({ policies, touches: [touch({ taskId: 'a' }), other] })).toBeNull();
    }
  });

  test('of a category lets the other through', () => {
    expect(sms({ policies, touches }, { category: 'SPECIAL' })).toBeNull();
  });
});

test('blackout dates let through from the day after, in the time of the company', () => {
  const blackouts = [{ from: '2026-12-09', to: '2026-12-12', reason: '公祭日' }];
  expect(sms({ policies: [policy({ blackouts })] })).toEqual({
    reason: 'BLACKOUT',
    until: new Date('2026-12-12T16:00:00Z'),
  });
  const after = new Date('2026-12-12T16:00:00Z');
  expect(sms({ policies: [policy({ blackouts })] }, { at: after })).toBeNull();
});

describe('quiet hours', () => {
  const night = { from: '21:00', to: '08:00', timeZone: 'Asia/Shanghai' };

  test.each([
    ['before they begin', '2026-12-10T12:59:00Z', null],
    ['as they begin', '2026-12-10T13:00:00Z', '2026-12-11T00:00:00Z'],
    ['after midnight', '2026-12-10T18:00:00Z', '2026-12-11T00:00:00Z'],
    ['as they end', '2026-12-11T00:00:00Z', null],
  ])('%s', (_, instant, until) => {
    const found = sms({ quietHours: night }, { at: new Date(instant) });
    expect(found?.until ?? null).toEqual(until === null ? null : new Date(until));
    expect(found?.reason).toBe(until === null ? undefined : 'QUIET_HOURS');
  });

  test('are those of the person’s own time zone', () => {
    const quietHours = { ...night, timeZone: 'America/New_York' };
    // 02:00 UTC is nine in the evening there.
    expect(sms({ quietHours })?.until).toEqual(new Date('2026-12-10T13:00:00Z'));
  });

  test('of the company and of the person hold both', () => {
    const quietHours = { from: '09:00', to: '11:00', timeZone: null };
    const policies = [policy({ quietHours: { from: '09:30', to: '14:00', timeZone: null } })];
    expect(sms({ quietHours, policies })?.until).toEqual(new Date('2026-12-10T06:00:00Z'));
  });

  test('may lie within a day, and end on the day when clocks go forward', () => {
    const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
    const evening = new Date('2026-03-28T22:00:00Z');
    expect(sms({ quietHours }, { at: evening })?.until).toEqual(new Date('2026-03-29T05:00:00Z'));
  });
});

const channel = (given: Partial<SuppressionFacts>, order: readonly ('EMAIL' | 'SMS')[]) =>
  chooseChannel(facts(given), wanted, order);

describe('chooseChannel', () => {
  test('takes the first that is allowed, what the person prefers before', () => {
    expect(channel({}, ['SMS', 'EMAIL'])?.channel).toBe('SMS');
    expect(channel({ preferredChannels: ['EMAIL', 'IM'] }, ['SMS', 'EMAIL'])?.channel).toBe(
      'EMAIL',
    );
    expect(channel({ doNotContact: ['SMS'] }, ['SMS', 'EMAIL'])).toEqual({
      channel: 'EMAIL',
      suppression: null,
    });
  });

  test('tells why not by the first when none is', () => {
    const found = channel({ doNotContact: ['SMS'], contactPoints: [mobile] }, ['SMS', 'EMAIL']);
    expect(found).toEqual({
      channel: 'SMS',
      suppression: { reason: 'DO_NOT_CONTACT', until: null },
    });
  });

  test('rather waits than tells what is refused', () => {
    const quietHours = { from: '09:00', to: '11:00', timeZone: null };
    const found = channel({ doNotContact: ['SMS'], quietHours }, ['SMS', 'EMAIL']);
    expect(found?.channel).toBe('EMAIL');
    expect(found?.suppression?.reason).toBe('QUIET_HOURS');
  });

  test('knows none of no channels', () => {
    expect(channel({}, [])).toBeNull();
  });
});
