import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import {
  addCustomer,
  affiliate,
  createPerson,
  eventsOf,
  made,
  mergePeople,
  startContacts,
  type TestContacts,
} from '../testing/contacts.ts';
import { withdrawConsents } from './opt-out.consumer.ts';
import { uniteGuardianConsent } from '../migrations/2026-11-30-unite-guardian-consent.ts';

let contacts: TestContacts;
let personId: string;

beforeAll(async () => {
  contacts = await startContacts();
});
afterAll(() => contacts.stop());
beforeEach(async () => {
  personId = await made(contacts, createPerson, { name: '李雷' });
});

const RECORD = `mutation ($input: RecordConsentInput!) { record: recordConsent(input: $input) { id } }`;
const WITHDRAW = `mutation ($input: WithdrawConsentInput!) { record: withdrawConsent(input: $input) { id } }`;

const granted = { purpose: 'CARE', lawfulBasis: 'CONSENT', source: '拜访记录' };

const record = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, RECORD, { personId, ...granted, ...input });

const withdraw = (input: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  made(contacts, WITHDRAW, { personId, purpose: 'CARE', source: '电话', ...input });

const stateOf = async (asOf: string | null = null): Promise<unknown> => {
  const { data, errors } = await contacts.execute(
    `query ($id: ID!, $asOf: DateTime) { person(id: $id) {
      consents(asOf: $asOf) { purpose channel status } } }`,
    { id: personId, asOf },
  );
  expect(errors).toBeUndefined();
  return Reflect.get(Object(data?.['person']), 'consents');
};

const permission = async (channel: string): Promise<unknown> => {
  const { data } = await contacts.execute(
    `query ($id: ID!, $c: ContactChannel!) { person(id: $id) {
      contactPermission(purpose: CARE, channel: $c) { isAllowed reason } } }`,
    { id: personId, c: channel },
  );
  return Reflect.get(Object(data?.['person']), 'contactPermission');
};

describe('recordConsent', () => {
  test('gives back every field as it was given, and records the event', async () => {
    const guardianId = await made(contacts, createPerson, { name: '李母' });
    const input = {
      purpose: 'MINOR_DATA',
      channel: 'EMAIL',
      lawfulBasis: 'CONSENT',
      source: '签字同意书',
      at: '2026-01-02T03:04:05.000Z',
      reviewOn: '2027-01-02',
      evidence: '档案 12 号',
    };
    const id = await record({ ...input, status: 'REFUSED', guardianId });
    const { data } = await contacts.execute(
      `{ consents(where: { id: { eq: "${id}" } }) { nodes { purpose channel lawfulBasis source at
        reviewOn evidence status version person { id } guardian { name } } } }`,
    );
    expect(data?.['consents']).toEqual({
      nodes: [
        {
          ...input,
          status: 'REFUSED',
          version: 1,
          person: { id: personId },
          guardian: { name: '李母' },
        },
      ],
    });
    expect(await eventsOf(contacts, id)).toEqual(['consent.recorded']);
  });

  test.each([
    ['a time to come', { at: '2999-01-01T00:00:00Z' }, 'INVALID'],
    ['a review before', { at: '2026-05-01T00:00:00Z', reviewOn: '2026-04-01' }, 'INVALID'],
    ['no source', { source: ' ' }, 'INVALID'],
    ['a child without a guardian', { purpose: 'MINOR_DATA' }, 'INVALID'],
    ['a guardian that is unknown', { guardianId: newId() }, 'NOT_FOUND'],
    ['a person that is unknown', { personId: newId() }, 'NOT_FOUND'],
  ])('refuses %s', async (_, input, code) => {
    const { errors } = await contacts.execute(RECORD, {
      input: { personId, ...granted, ...input },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });

  test('hides what proves it from those who may not read what is personal', async () => {
    await record({ evidence: '录音 7' });
    const { data } = await contacts.execute(
      `query ($id: ID!) { person(id: $id) { consents { source evidence } } }`,
      { id: personId },
      { viewer: { roles: ['analyst'] } },
    );
    expect(data?.['person']).toEqual({ consents: [{ source: '拜访记录', evidence: null }] });
  });
});

describe('the state of consents', () => {
  test('is what was decided last, for each purpose and channel, and as it was at any time', async () => {
    await record({ at: '2026-01-01T00:00:00Z' });
    await record({ at: '2026-02-01T00:00:00Z', channel: 'SMS', status: 'REFUSED' });
    await withdraw({ at: '2026-03-01T00:00:00Z' });

    expect(await stateOf('2025-12-31T00:00:00Z')).toEqual([]);
    expect(await stateOf('2026-01-15T00:00:00Z')).toEqual([
      { purpose: 'CARE', channel: null, status: 'GRANTED' },
    ]);
    expect(await stateOf('2026-02-15T00:00:00Z')).toEqual([
      { purpose: 'CARE', channel: null, status: 'GRANTED' },
      { purpose: 'CARE', channel: 'SMS', status: 'REFUSED' },
    ]);
    expect(await stateOf()).toEqual([{ purpose: 'CARE', channel: null, status: 'WITHDRAWN' }]);
    const { data } = await contacts.execute(
      `{ person(id: "${personId}") { consentHistory { totalCount nodes { status } } } }`,
    );
    expect(data?.['person']).toEqual({
      consentHistory: {
        totalCount: 3,
        nodes: [{ status: 'WITHDRAWN' }, { status: 'REFUSED' }, { status: 'GRANTED' }],
      },
    });
  });

  test('is asked for ten people with as many statements as for two', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 10; at += 1) {
      const id = await made(contacts, createPerson, { name: `人 ${at}` });
      await record({ personId: id });
      ids.push(id);
    }
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
      preferences { doNotContact } consents { status }
      contactPermission(purpose: CARE, channel: SMS) { reason } } } }`;
    const count = (of: readonly string[]): Promise<number> =>
      countStatements(contacts.db, () =>
        contacts.execute(query, { r: of.map((id) => ({ __typename: 'Person', id })) }),
      );
    expect(await count(ids)).toBe(await count(ids.slice(0, 2)));
  });
});

describe('withdrawConsent', () => {
  test('ends what was granted, and no consent that there is not', async () => {
    await record({ channel: 'EMAIL' });
    expect(await permission('EMAIL')).toEqual({ isAllowed: true, reason: 'ALLOWED' });
    expect(await permission('SMS')).toEqual({ isAllowed: false, reason: 'NO_CONSENT' });
    const id = await withdraw({ channel: 'EMAIL' });
    expect(await permission('EMAIL')).toEqual({ isAllowed: false, reason: 'WITHDRAWN' });
    expect(await eventsOf(contacts, id)).toEqual(['consent.withdrawn']);
    for (const input of [{ channel: 'EMAIL' }, { channel: 'SMS' }, {}]) {
      const { errors } = await contacts.execute(WITHDRAW, {
        input: { personId, purpose: 'CARE', source: '电话', ...input },
      });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'RULE_VIOLATION' });
    }
  });

  test('is not dated before the consent', async () => {
    await record({ at: '2026-05-01T00:00:00Z' });
    const { errors } = await contacts.execute(WITHDRAW, {
      input: { personId, purpose: 'CARE', source: '电话', at: '2026-04-01T00:00:00Z' },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path: 'at' }] });
  });
});

const SET = `mutation ($input: SetPreferencesInput!) { setPreferences(input: $input) {
  id version preferredChannels doNotContact quietHours { from to timeZone } language likes avoids note } }`;

describe('setPreferences', () => {
  const preferences = {
    preferredChannels: ['PHONE', 'IM'],
    doNotContact: ['SMS'],
    quietHours: { from: '21:30', to: '08:00', timeZone: 'Asia/Shanghai' },
    language: 'zh-CN',
    likes: ['龙井茶', '围棋'],
    avoids: ['白酒'],
    note: '午休时不接电话',
  };

  test('makes a person’s preferences, then changes what is given', async () => {
    const first = await contacts.execute(SET, { input: { personId, ...preferences } });
    expect(first.data?.['setPreferences']).toEqual({
      ...preferences,
      id: expect.any(String),
      version: 1,
    });
    const second = await contacts.execute(SET, {
      input: { personId, expectedVersion: 1, language: 'en' },
    });
    expect(second.data?.['setPreferences']).toMatchObject({
      ...preferences,
      language: 'en',
      version: 2,
    });
    const id = String(Reflect.get(Object(first.data?.['setPreferences']), 'id'));
    expect(await eventsOf(contacts, id)).toEqual(['preference.changed', 'preference.changed']);
    expect(await permission('SMS')).toEqual({ isAllowed: false, reason: 'DO_NOT_CONTACT' });
  });

  test('makes one, however many ask at once', async () => {
    const results = await Promise.all(
      ['zh', 'en', 'de'].map((language) =>
        contacts.execute(SET, { input: { personId, language } }),
      ),
    );
    expect(results.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const [row]: { n: number }[] = await contacts.db.query(
      'SELECT COUNT(*) n FROM contactPreference WHERE personId = UUID_TO_BIN(?)',
      [personId],
    );
    expect(Number(row?.n)).toBe(1);
  });

  test.each([
    [
      'a channel both ways',
      { preferredChannels: ['SMS'], doNotContact: ['SMS'] },
      'preferredChannels',
    ],
    ['hours without an end', { quietHours: { from: '21:30' } }, 'quietHours'],
    ['a time that no day has', { quietHours: { from: '24:30', to: '08:00' } }, 'quietHours.from'],
    ['a zone that is none', { quietHours: { timeZone: 'Mars/One' } }, 'quietHours.timeZone'],
    ['a language that is none', { language: '中文' }, 'language'],
    ['over-long text', { note: '长'.repeat(1001) }, 'note'],
  ])('refuses %s', async (_, input, path) => {
    const { errors } = await contacts.execute(SET, { input: { personId, ...input } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('are seen by whoever sees the person at a customer, the likes by those who may', async () => {
    const team = newId();
    const customerId = await addCustomer(contacts, { ownerId: newId(), teamId: team });
    await made(contacts, affiliate, { personId, customerId });
    await contacts.execute(SET, { input: { personId, ...preferences } });
    const asked = async (viewer: object): Promise<unknown> => {
      const { data } = await contacts.execute(
        `{ person(id: "${personId}") { preferences { language likes } } }`,
        {},
        { viewer },
      );
      return data?.['person'];
    };
    const rep = { roles: ['rep'], staffId: newId() };
    expect(await asked({ ...rep, teamIds: [team] })).toMatchObject({
      preferences: { likes: ['龙井茶', '围棋'] },
    });
    expect(await asked({ ...rep, teamIds: [newId()] })).toBeNull();
    expect(await asked({ roles: ['analyst'] })).toEqual({
      preferences: { language: 'zh-CN', likes: null },
    });
  });
});

const year = new Date().getUTCFullYear() - 8;
const child = { name: '小明', birthday: { year, month: 3, day: 3 } };
const minor = { purpose: 'MINOR_DATA', lawfulBasis: 'CONSENT', source: '签字同意书' };

const shownOf = async (id: string): Promise<unknown> => {
  const { data } = await contacts.execute(
    `query ($id: ID!) { person(id: $id) { guardianConsent { givenBy givenOn }
      consents { purpose status guardianName guardian { name } } } }`,
    { id },
  );
  return data?.['person'];
};

const update = (input: Readonly<Record<string, unknown>>) =>
  contacts.execute('mutation ($input: UpdatePersonInput!) { updatePerson(input: $input) { id } }', {
    input,
  });

const consent = (status: string, guardianName: string | null, guardian: string | null = null) => ({
  purpose: 'MINOR_DATA',
  status,
  guardianName,
  guardian: guardian === null ? null : { name: guardian },
});

describe('the consent of a guardian', () => {
  test('that comes with the person is a consent, and what is decided later is shown there', async () => {
    const given = { givenBy: '王强（父）', givenOn: '2026-01-02' };
    const id = await made(contacts, createPerson, { ...child, guardianConsent: given });
    expect(await shownOf(id)).toEqual({
      guardianConsent: given,
      consents: [consent('GRANTED', '王强（父）')],
    });

    await withdraw({ personId: id, purpose: 'MINOR_DATA' });
    expect(await shownOf(id)).toEqual({
      guardianConsent: null,
      consents: [consent('WITHDRAWN', '王强（父）')],
    });
    expect((await update({ id, note: '喜欢足球' })).errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'guardianConsent' }],
    });
    expect((await update({ id, guardianConsent: given })).errors?.[0]?.extensions).toMatchObject({
      code: 'INVALID',
      fields: [{ path: 'guardianConsent.givenOn' }],
    });

    const guardianId = await made(contacts, createPerson, { name: '李母' });
    await record({ personId: id, ...minor, guardianId });
    expect(await shownOf(id)).toMatchObject({
      guardianConsent: { givenBy: '李母' },
      consents: [consent('GRANTED', null, '李母')],
    });
    expect((await update({ id, note: '喜欢足球' })).errors).toBeUndefined();
  });

  test('that is taken from the person was withdrawn, and a correction of it is another one', async () => {
    const guardianConsent = { givenBy: '母', givenOn: '2026-02-02' };
    const id = await made(contacts, createPerson, { name: '大明', guardianConsent });
    await update({ id, guardianConsent: { givenBy: '王母', givenOn: '2026-02-01' } });
    expect(await shownOf(id)).toEqual({
      guardianConsent: { givenBy: '王母', givenOn: '2026-02-01' },
      consents: [consent('GRANTED', '王母')],
    });
    await update({ id, guardianConsent: null });
    expect(await shownOf(id)).toEqual({
      guardianConsent: null,
      consents: [consent('WITHDRAWN', '王母')],
    });
  });

  test('of two people who are one is the later decision', async () => {
    const kept = await made(contacts, createPerson, { name: '一' });
    const gone = await made(contacts, createPerson, {
      name: '二',
      guardianConsent: { givenBy: '父', givenOn: '2026-03-01' },
    });
    await record({ personId: kept, ...minor, status: 'REFUSED', guardianName: '父' });
    const id = await made(contacts, mergePeople, { survivorId: kept, mergedId: gone });
    expect(await shownOf(kept)).toMatchObject({ guardianConsent: null });
    await contacts.execute(`mutation { unmergePeople(input: { id: "${id}" }) { id } }`);
    expect(await shownOf(gone)).toMatchObject({ guardianConsent: { givenBy: '父' } });
    expect(await shownOf(kept)).toMatchObject({ guardianConsent: null });
  });

  test('of before becomes a consent, unless the guardian has decided since', async () => {
    const givenBy = { givenBy: '父', givenOn: '2026-03-01' };
    const old = await made(contacts, createPerson, { name: '旧', guardianConsent: givenBy });
    const refused = await made(contacts, createPerson, { name: '拒', guardianConsent: givenBy });
    await record({ personId: refused, ...minor, status: 'REFUSED', guardianName: '父' });
    const runner = contacts.db.createQueryRunner();
    const migration = new uniteGuardianConsent();
    await migration.down(runner);
    await runner.query(
      `UPDATE person SET guardianConsentGivenBy = '父', guardianConsentGivenOn = '2026-03-01'
       WHERE id = UUID_TO_BIN(?)`,
      [refused],
    );
    await runner.query(
      `INSERT INTO consent (id, version, createdAt, updatedAt, personId, purpose, status, lawfulBasis, source, at)
       VALUES (UUID_TO_BIN(?), 1, NOW(), NOW(), UUID_TO_BIN(?), 'MINOR_DATA', 'REFUSED', 'CONSENT', '电话', NOW())`,
      [newId(), refused],
    );
    await migration.up(runner);
    await runner.release();
    expect(await shownOf(old)).toEqual({
      guardianConsent: givenBy,
      consents: [consent('GRANTED', '父')],
    });
    expect(await shownOf(refused)).toEqual({
      guardianConsent: null,
      consents: [consent('REFUSED', null)],
    });
  });
});

const optOut = (id: string): Promise<void> =>
  contacts.db.transaction((manager) =>
    withdrawConsents(manager, [
      {
        eventId: newId(),
        type: 'optout.recorded',
        schemaVersion: 1,
        visibility: 'public',
        aggregate: 'optout',
        aggregateId: newId(),
        version: 1,
        customerId: null,
        actor: null,
        changedFields: [],
        occurredAt: new Date().toISOString(),
        trace: null,
        data: {
          personId: id,
          channel: 'EMAIL',
          purposes: ['CARE', 'MARKETING'],
          source: 'UNSUBSCRIBED',
          at: new Date().toISOString(),
        },
      },
    ]),
  );

describe('whoever unsubscribes from what care has sent', () => {
  test('has withdrawn consent for the channel, and for no other', async () => {
    await record();
    await optOut(personId);
    expect(await permission('EMAIL')).toEqual({ isAllowed: false, reason: 'WITHDRAWN' });
    expect(await permission('SMS')).toEqual({ isAllowed: true, reason: 'ALLOWED' });
    expect(await stateOf()).toContainEqual({
      purpose: 'MARKETING',
      channel: 'EMAIL',
      status: 'WITHDRAWN',
    });
  });

  test('is who a person has become, and nobody when there is none', async () => {
    await record();
    const loser = await made(contacts, createPerson, { name: '李蕾' });
    await made(contacts, mergePeople, { survivorId: personId, mergedId: loser });
    await optOut(loser);
    await optOut(newId());
    expect(await permission('EMAIL')).toEqual({ isAllowed: false, reason: 'WITHDRAWN' });
  });
});
