import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { repository } from '../../src/mesh/paths.ts';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

let system: TestMesh;
let admin: string;

beforeAll(async () => {
  system = await startTestMesh();
  admin = await system.token({ roles: ['admin'] });
}, meshMsMax);

/** The data of an answer that must have no errors. */
async function ask(query: string, variables: Variables = {}): Promise<unknown> {
  const { data, errors } = await system.graphql({ token: admin, query, variables });
  expect(errors).toEqual([]);
  return data;
}

const idSchema = z.object({ made: z.object({ id: z.string() }) });

async function make(mutation: string, input: Variables): Promise<string> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`;
  return idSchema.parse(await ask(query, { input })).made.id;
}

const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());

/**
 * When the fifth of the fifth month is, and of the leap month in 2028, as the tables of the
 * Hong Kong Observatory have it. A leap birthday falls in the ordinary month in other years.
 */
const dragonBoat: readonly (readonly [ordinary: string, leap: string])[] = [
  ['2026-06-19', '2026-06-19'],
  ['2027-06-09', '2027-06-09'],
  ['2028-05-28', '2028-06-27'],
  ['2029-06-16', '2029-06-16'],
  ['2030-06-05', '2030-06-05'],
];

const nextOf = (at: 0 | 1): string =>
  dragonBoat.map((each) => each[at]).find((day) => day >= today) ?? '';

const upcomingSchema = z.object({
  upcomingBirthdays: z.object({
    nodes: z.array(z.object({ on: z.string(), person: z.object({ id: z.string() }) })),
  }),
});

describe('contacts, through the gateway', () => {
  test('a birthday of a leap month follows its rule', async () => {
    const customerId = await make('createCustomer', { name: `Lunar ${Date.now()}` });
    const expected: object[] = [];
    for (const [at, leapMonth] of [
      [0, false],
      [1, true],
    ] as const) {
      const birthday = { calendar: 'CHINESE_LUNAR', month: 5, day: 5, leapMonth };
      const id = await make('createPerson', { name: `王端午 ${Date.now()}`, birthday });
      await eventually('contacts knows the customer', async () => {
        const input = { personId: id, customerId };
        const { errors } = await system.graphql({
          token: admin,
          query: 'mutation ($input: AffiliateInput!) { affiliate(input: $input) { id } }',
          variables: { input },
        });
        return errors.length === 0;
      });
      const data = await ask('query ($id: ID!) { person(id: $id) { birthday { next } } }', { id });
      expect(data).toEqual({ person: { birthday: { next: nextOf(at) } } });
      expected.push({ on: nextOf(at), person: { id } });
    }
    const { upcomingBirthdays } = upcomingSchema.parse(
      await ask(
        `query ($id: ID!) { upcomingBirthdays(withinDays: 350, customerId: $id) {
          nodes { on person { id } } } }`,
        { id: customerId },
      ),
    );
    expect(new Set(upcomingBirthdays.nodes)).toEqual(new Set(expected));
  });

  test('a document goes in and comes out by addresses that need no token', async () => {
    const personId = await make('createPerson', { name: '李档案' });
    const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(3_000_000, 'x')]);
    const url = `http://127.0.0.1:${system.mesh.ports.gateway}`;
    const announced = await ask(
      `mutation ($input: AttachDocumentInput!) { attachDocument(input: $input) { path } }`,
      { input: { personId, name: '合同.pdf', kind: 'CONTRACT', size: bytes.length } },
    );
    const { path } = z
      .object({ attachDocument: z.object({ path: z.string() }) })
      .parse(announced).attachDocument;
    const sent = await fetch(new URL(path, url), { method: 'PUT', body: bytes });
    expect(sent.status).toBe(201);

    const shown = await ask(
      `query ($id: ID!) { person(id: $id) { documents { nodes { name mimeType downloadPath } } } }`,
      { id: personId },
    );
    const [document] = z
      .object({
        person: z.object({
          documents: z.object({
            nodes: z.tuple([
              z.object({ name: z.string(), mimeType: z.string(), downloadPath: z.string() }),
            ]),
          }),
        }),
      })
      .parse(shown).person.documents.nodes;
    expect(document).toMatchObject({ name: '合同.pdf', mimeType: 'application/pdf' });
    const given = await fetch(new URL(document.downloadPath, url));
    expect(given.status).toBe(200);
    expect(Buffer.from(await given.arrayBuffer()).equals(bytes)).toBe(true);
    const again = await fetch(new URL(path, url), { method: 'PUT', body: bytes });
    expect(again.status).toBe(404);
  });

  test('the hand-over of the README shows what a new owner needs to know of the people', async () => {
    const customerId = await make('createCustomer', { name: `Handover ${Date.now()}` });
    const birthday = { month: Number(today.slice(5, 7)), day: Number(today.slice(8, 10)) };
    const personId = await make('createPerson', { name: '赵交接', birthday });
    await eventually('contacts knows the customer', async () => {
      const { errors } = await system.graphql({
        token: admin,
        query: 'mutation ($input: AffiliateInput!) { affiliate(input: $input) { id } }',
        variables: { input: { personId, customerId, roles: ['PRINCIPAL', 'KEY_PERSON'] } },
      });
      return errors.length === 0;
    });
    const call = { kind: 'CALL', customerId, participantIds: [personId], subject: '样品' };
    await make('logInteraction', { ...call, occurredAt: '2026-01-02T03:04:05Z' });
    await make('planTouch', { customerId, personId, purpose: '新负责人拜访', dueOn: today });
    await make('setPreferences', { personId, doNotContact: ['SMS'], avoids: ['白酒'] });

    const readme = readFileSync(join(repository, 'README.md'), 'utf8');
    const query = /```graphql\n(query HandOver[\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const data = await ask(query, { id: customerId });
    const preferences = { doNotContact: ['SMS'], avoids: ['白酒'] };
    expect(data).toMatchObject({
      customer: {
        principal: { name: '赵交接', preferences },
        keyPeople: { nodes: [{ person: { name: '赵交接', preferences } }] },
        interactions: {
          nodes: [{ kind: 'CALL', subject: '样品', participants: [{ name: '赵交接' }] }],
        },
        nextTouchAt: today,
        touchPlans: { nodes: [{ purpose: '新负责人拜访', person: { name: '赵交接' } }] },
      },
      upcomingBirthdays: { nodes: [{ on: today, person: { name: '赵交接' } }] },
    });
  });
});
