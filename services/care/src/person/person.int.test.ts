import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '@crm/kit/database/database';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idFromBytes, idToBytes, newId } from '@crm/kit/id';
import { kitMigrations } from '@crm/kit/migrations/index';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { testDatabase } from '@crm/kit/testing/database';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import { AffiliationPromoted, AffiliationStarted } from '@crm/schemas/events/affiliation';
import { ConsentRecorded, ConsentWithdrawn } from '@crm/schemas/events/consent';
import {
  PersonCreated,
  PersonDeleted,
  PersonIdentified,
  PersonMerged,
  PersonParticularsChanged,
  PersonUnmerged,
  PersonUpdated,
} from '@crm/schemas/events/person';
import { PreferenceChanged } from '@crm/schemas/events/preference';
import { RelationshipKinTold, RelationshipRemoved } from '@crm/schemas/events/relationship';
import { consumers, projection } from '../consumers.ts';
import { migrations } from '../migrations/index.ts';
import {
  affiliationData,
  consentData,
  particularsData,
  personData,
  preferenceData,
} from '../testing/people.ts';
import { mergedPeople } from './merged-people.ts';

const apply = applyWith(consumers);
let db: Database;
let id: string;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
});
afterAll(() => db.destroy());
beforeEach(async () => {
  id = newId();
  await db.query('DELETE FROM careDue');
});

const rows = (table: string, of = 'id', value = id): Promise<Record<string, unknown>[]> =>
  db.query(`SELECT * FROM \`${table}\` WHERE ${of} = ?`, [idToBytes(value)]);

const due = async (): Promise<string[]> => {
  const found: { personId: Uint8Array }[] = await db.query('SELECT personId FROM careDue');
  return found.map(({ personId }) => idFromBytes(personId));
};

async function tablesOf(database: Database): Promise<string[]> {
  const found = await database.query<{ name: string }[]>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
  );
  return found.map(({ name }) => name);
}

/** What this service owns, or was told of and no snapshot tells. */
const kept: readonly string[] = [
  'alert',
  'alertRule',
  'alertSweep',
  'calendarFeed',
  'careDue',
  'carePlan',
  'carePlanSweep',
  'careTask',
  'delivery',
  'fatiguePolicy',
  'gradeFall',
  'holiday',
  'holidayYear',
  'letterFile',
  'mergedPerson',
  'messageTemplate',
  'occasion',
  'phrasePreset',
  'promotion',
  'pulseDue',
  'suppressedAddress',
  'survey',
  'surveyResponse',
];

test('every table of this service is made anew from events, or known to be none of those', async () => {
  const kit = await testDatabase({ entities: [], migrations: kitMigrations });
  const ofKit = await tablesOf(kit);
  await kit.destroy();
  const own = (await tablesOf(db)).filter((name) => !ofKit.includes(name));
  expect(own.toSorted()).toEqual([...projection.tables, ...kept].toSorted());
});

const created = (): RecordedEvent => eventOf(PersonCreated, { id }, personData());

describe('people', () => {
  const birthday = {
    calendar: 'CHINESE_LUNAR' as const,
    year: 1968,
    month: 8,
    day: 15,
    leapMonth: false,
  };
  const particulars = (version = 1) =>
    eventOf(PersonParticularsChanged, { id, version }, particularsData({ birthday }));

  test('are known with birthday and contact points, whichever event comes first', async () => {
    await apply(db, [particulars()]);
    expect(await rows('personPulse')).toMatchObject([{ name: null, deletedAt: expect.any(Date) }]);

    await apply(db, [created()]);
    expect(await rows('personPulse')).toMatchObject([
      {
        name: '王建国',
        deletedAt: null,
        birthdayCalendar: 'CHINESE_LUNAR',
        birthdayMonth: 8,
        contactPoints: particularsData().contactPoints,
      },
    ]);
    expect(await due()).toEqual([id]);
  });

  test('are what the newest event says, whatever comes twice or late', async () => {
    const renamed = eventOf(
      PersonUpdated,
      { id, version: 3 },
      { ...personData({ name: '王建军' }), changes: {} },
    );
    const moved = eventOf(
      PersonParticularsChanged,
      { id, version: 2 },
      particularsData({ contactPoints: [] }),
    );
    await apply(db, [created(), moved, renamed]);
    await apply(db, [particulars(), created(), renamed]);

    expect(await rows('personPulse')).toMatchObject([
      { name: '王建军', version: 3, birthdayMonth: null, contactPoints: [] },
    ]);
  });

  test('who are deleted are gone, and who are merged mean the survivor until that is undone', async () => {
    const [survivorId, deletedId] = [newId(), newId()];
    const nobody = { ownerId: null, teamId: null };
    await apply(db, [
      created(),
      eventOf(PersonCreated, { id: deletedId }, personData()),
      eventOf(PersonDeleted, { id: deletedId, version: 2 }, nobody),
      eventOf(PersonMerged, { id, version: 2 }, { ...nobody, survivorId }),
    ]);
    expect(await rows('personPulse')).toMatchObject([{ deletedAt: expect.any(Date) }]);
    expect(await rows('personPulse', 'id', deletedId)).toMatchObject([
      { deletedAt: expect.any(Date) },
    ]);
    expect(await survivorsOf(db.manager, [id], mergedPeople)).toEqual(new Map([[id, survivorId]]));

    await apply(db, [eventOf(PersonUnmerged, { id, version: 3 }, { ...personData(), survivorId })]);
    expect(await rows('personPulse')).toMatchObject([{ deletedAt: null }]);
    expect(await survivorsOf(db.manager, [id], mergedPeople)).toEqual(new Map());
  });

  test('who were placeholders go on as themselves when they turned out to be nobody else', async () => {
    const gone = { ownerId: null, teamId: null, survivorId: id };
    await apply(db, [
      eventOf(PersonCreated, { id }, personData({ status: 'PLACEHOLDER' })),
      eventOf(PersonIdentified, { id, version: 2 }, gone),
    ]);

    expect(await survivorsOf(db.manager, [id], mergedPeople)).toEqual(new Map());
    expect(await rows('personPulse')).toMatchObject([{ deletedAt: null, status: 'ACTIVE' }]);
  });
});

describe('what is told of people', () => {
  const recordId = newId();

  test('affiliations follow their person, and a promotion is kept once', async () => {
    const [affiliationId, otherId, customerId] = [newId(), newId(), newId()];
    const promoted = {
      ...affiliationData(id, customerId, { jobTitle: '副总裁' }),
      promotedOn: '2026-11-01',
      oldTitle: '总经理',
      newTitle: '副总裁',
    };
    await apply(db, [
      eventOf(AffiliationStarted, { id: affiliationId }, affiliationData(id, customerId)),
      eventOf(AffiliationPromoted, { id: affiliationId, version: 2 }, promoted),
    ]);
    await apply(db, [eventOf(AffiliationPromoted, { id: affiliationId, version: 3 }, promoted)]);
    expect(await rows('affiliation', 'personId')).toMatchObject([
      { jobTitle: '副总裁', roles: ['PRINCIPAL'] },
    ]);
    expect(await rows('promotion', 'personId')).toHaveLength(1);

    await db.query('DELETE FROM careDue');
    await apply(db, [
      eventOf(
        AffiliationStarted,
        { id: affiliationId, version: 4 },
        affiliationData(otherId, customerId),
      ),
    ]);
    expect((await due()).toSorted()).toEqual([id, otherId].toSorted());
  });

  test('consents stand beside each other with their latest state', async () => {
    await apply(db, [
      eventOf(ConsentRecorded, { id: recordId }, consentData(id, { channel: 'SMS' })),
      eventOf(ConsentRecorded, { id: newId() }, consentData(id)),
      eventOf(
        ConsentWithdrawn,
        { id: recordId, version: 2 },
        consentData(id, { channel: 'SMS', status: 'WITHDRAWN', at: '2026-05-01T08:00:00.000Z' }),
      ),
    ]);
    expect(await rows('consentDecision', 'personId')).toHaveLength(2);
    expect(await rows('consentDecision', 'id', recordId)).toMatchObject([
      { status: 'WITHDRAWN', at: new Date('2026-05-01T08:00:00.000Z') },
    ]);
    expect(await due()).toEqual([id]);
  });

  test('preferences are what was told last', async () => {
    const preferenceId = newId();
    const quietHours = { from: '21:00', to: '09:00', timeZone: 'Asia/Shanghai' };
    await apply(db, [
      eventOf(PreferenceChanged, { id: preferenceId }, preferenceData(id, { quietHours })),
      eventOf(
        PreferenceChanged,
        { id: preferenceId, version: 2 },
        preferenceData(id, { doNotContact: ['SMS'], quietHours }),
      ),
    ]);
    expect(await rows('personPreference', 'personId')).toMatchObject([
      { doNotContact: ['SMS'], quietHoursFrom: '21:00', quietHoursTimeZone: 'Asia/Shanghai' },
    ]);
  });

  test('kin is known of both, until it was a mistake', async () => {
    const [kinId, spouseId] = [newId(), newId()];
    const kin = { type: 'SPOUSE_OF', fromId: id, toId: spouseId, validFrom: null, validTo: null };
    await apply(db, [eventOf(RelationshipKinTold, { id: kinId }, kin)]);
    expect(await rows('kinship', 'fromId')).toMatchObject([{ type: 'SPOUSE_OF', deletedAt: null }]);
    expect((await due()).toSorted()).toEqual([id, spouseId].toSorted());

    await db.query('DELETE FROM careDue');
    const hidden = { ...kin, type: null, category: 'FAMILY' as const, strength: null };
    await apply(db, [
      eventOf(
        RelationshipRemoved,
        { id: kinId, version: 2 },
        { ...hidden, fromId: null, toId: null },
      ),
    ]);
    expect(await rows('kinship', 'fromId')).toMatchObject([{ deletedAt: expect.any(Date) }]);
    expect((await due()).toSorted()).toEqual([id, spouseId].toSorted());
  });
});
