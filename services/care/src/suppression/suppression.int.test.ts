import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { idToBytes, newId } from '@crm/kit/id';
import type { TestResult } from '@crm/kit/testing/execute';
import { eventOf } from '@crm/kit/testing/events';
import { countStatements } from '@crm/kit/testing/statements';
import { ConsentRecorded, ConsentWithdrawn } from '@crm/schemas/events/consent';
import {
  PersonCreated,
  PersonDeleted,
  PersonMerged,
  PersonParticularsChanged,
} from '@crm/schemas/events/person';
import { PreferenceChanged } from '@crm/schemas/events/preference';
import { as } from '../testing/care.ts';
import { consentData, particularsData, personData, preferenceData } from '../testing/people.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';
import { loadSuppressionFacts } from './suppression.repository.ts';
import { suppressionOf, type SuppressionFacts, type Wanted } from './suppression.ts';

const now = new Date('2026-12-10T02:00:00Z');
let care: StillCare;
let personId: string;

beforeAll(async () => {
  care = await stillCare(now);
});
afterAll(() => care.stop());
beforeEach(async () => {
  personId = await addPerson();
});

async function addPerson(): Promise<string> {
  const id = newId();
  await care.apply([
    eventOf(PersonCreated, { id }, personData()),
    eventOf(PersonParticularsChanged, { id }, particularsData()),
    eventOf(ConsentRecorded, { id: newId() }, consentData(id)),
  ]);
  return id;
}

const factsOf = async (id = personId): Promise<SuppressionFacts> => {
  const facts = await loadSuppressionFacts(care.db.manager, { personIds: [id], from: now });
  const found = facts.get(id);
  if (!found) throw new Error('no facts');
  return found;
};

const wanted: Wanted = {
  taskId: null,
  at: now,
  purpose: 'CARE',
  category: 'ROUTINE',
  occasionId: newId(),
  occasionOn: '2026-12-10',
  aboutId: null,
};

const sms = async (id = personId): Promise<string | null> =>
  suppressionOf(await factsOf(id), { ...wanted, channel: 'SMS' })?.reason ?? null;

const addTask = (id: string, state: string, given: Partial<Wanted> = {}): Promise<unknown> => {
  const { at, occasionId, occasionOn } = { ...wanted, ...given };
  const sent = new Date(at.getTime() - 3_600_000);
  return care.db.query(
    `INSERT INTO careTask (id, version, createdAt, updatedAt, personId, occasionId, occasionOn,
       category, purpose, state, dueAt) VALUES (?, 1, ?, ?, ?, ?, ?, 'ROUTINE', 'CARE', ?, ?)`,
    [
      idToBytes(newId()),
      at,
      at,
      idToBytes(id),
      occasionId === null ? null : idToBytes(occasionId),
      occasionOn,
      state,
      sent,
    ],
  );
};

describe('what was told of a person', () => {
  test('decides whether care may be given', async () => {
    expect(await sms()).toBeNull();
    expect(await sms(newId())).toBe('PERSON_GONE');
  });

  test('ends it at once when consent is withdrawn', async () => {
    await care.apply([
      eventOf(
        ConsentWithdrawn,
        { id: newId() },
        consentData(personId, { status: 'WITHDRAWN', at: '2026-12-01T00:00:00.000Z' }),
      ),
    ]);
    expect(await sms()).toBe('WITHDRAWN');
  });

  test('ends it by a channel that is refused, under any name that the person had', async () => {
    await care.apply([
      eventOf(
        PreferenceChanged,
        { id: newId() },
        preferenceData(personId, { doNotContact: ['SMS'] }),
      ),
      eventOf(PreferenceChanged, { id: newId() }, preferenceData(personId)),
    ]);
    expect(await sms()).toBe('DO_NOT_CONTACT');
  });

  test('ends it when the person is deleted', async () => {
    const gone = { ownerId: null, teamId: null };
    await care.apply([eventOf(PersonDeleted, { id: personId, version: 2 }, gone)]);
    expect(await sms()).toBe('PERSON_GONE');
  });
});

describe('what was given before', () => {
  test('counts for one occasion, whatever plan it came from', async () => {
    await addTask(personId, 'SENT');
    expect(await sms()).toBe('ALREADY_GREETED');
  });

  test.each(['EXCLUDED', 'SKIPPED', 'FAILED', 'SUPPRESSED'])(
    'does not when it was %s',
    async (state) => {
      await addTask(personId, state);
      expect(await sms()).toBeNull();
    },
  );

  test('counts for a week in routine care', async () => {
    await addTask(personId, 'SENT', { occasionId: newId() });
    expect(await sms()).toBeNull();
    await addTask(personId, 'SCHEDULED', { occasionId: newId() });
    expect(await sms()).toBe('FATIGUE');
  });

  test('counts when it was given to whom the person was before a merge', async () => {
    const merged = await addPerson();
    await addTask(merged, 'SENT');
    expect(await sms()).toBeNull();
    const data = { ownerId: null, teamId: null, survivorId: personId };
    await care.apply([eventOf(PersonMerged, { id: merged, version: 2 }, data)]);
    expect(await sms()).toBe('ALREADY_GREETED');
  });
});

const count = (ids: readonly string[]): Promise<number> =>
  countStatements(care.db, () =>
    loadSuppressionFacts(care.db.manager, { personIds: ids, from: now }),
  );

test('facts of many people are read in as many statements as those of one', async () => {
  const others = [await addPerson(), await addPerson(), await addPerson()];
  expect(await count([personId, ...others])).toBe(await count([personId]));
});

describe('fatigue policies', () => {
  const SAVE = `mutation ($input: SaveFatiguePolicyInput!) { record: saveFatiguePolicy(input: $input) {
    code category maxTouches periodDays onePerOccasion quietHours { from to timeZone }
    blackouts { from to reason } active version } }`;
  const save = (input: object, request = {}): Promise<TestResult> =>
    care.execute(SAVE, { input }, request);

  test('are there from the start, and changed by their code', async () => {
    const { data } = await care.execute(
      '{ fatiguePolicies(orderBy: [{ field: "code" }]) { nodes { code category maxTouches periodDays } } }',
    );
    expect(data?.['fatiguePolicies']).toMatchObject({
      nodes: [
        { code: 'all', category: null, maxTouches: 6, periodDays: 30 },
        { code: 'routine', category: 'ROUTINE', maxTouches: 2, periodDays: 7 },
      ],
    });
    const blackouts = [{ from: '2026-12-10', to: '2026-12-11', reason: '搬迁' }];
    const saved = await save({ code: 'move', blackouts });
    expect(saved.data?.['record']).toMatchObject({ version: 1, active: true, blackouts });
    expect(await sms()).toBe('BLACKOUT');
    const ended = await save({ code: 'move', active: false });
    expect(ended.data?.['record']).toMatchObject({ version: 2, active: false, blackouts });
    expect(await sms()).toBeNull();
  });

  test('refuse what makes no sense, and whoever does not manage', async () => {
    const refusal = await save({
      code: 'odd',
      maxTouches: 0,
      quietHours: { from: '25:00', to: '08:00', timeZone: 'Mars' },
      blackouts: [{ from: '2026-12-10', to: '2026-12-01', reason: ' ' }],
    });
    expect(refusal.errors?.[0]?.extensions?.['fields']).toMatchObject([
      { path: 'periodDays' },
      { path: 'maxTouches' },
      { path: 'quietHours.from' },
      { path: 'quietHours.timeZone' },
      { path: 'blackouts.0.to' },
      { path: 'blackouts.0.reason' },
    ]);
    const rep = await save({ code: 'all', active: false }, as('manager'));
    expect(rep.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});
