import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { until } from '../../src/mesh/wait.ts';
import { meshMsMax, startTestMesh, type GraphqlProblem, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Leads every name, so that the tests of others on this mesh do not matter. */
const mark = `r${Date.now()}`;

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

const mutationOf = (name: string): string =>
  `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { made: ${name}(input: $input) { id } }`;

const make = async (mutation: string, input: Variables): Promise<string> =>
  idSchema.parse(await ask(mutationOf(mutation), { input })).made.id;

/** The first error of a mutation that must be refused. */
async function refusal(mutation: string, input: Variables): Promise<GraphqlProblem | undefined> {
  const query = mutationOf(mutation);
  const { errors } = await system.graphql({ token: admin, query, variables: { input } });
  return errors[0];
}

let made = 0;

const customer = (): Promise<string> =>
  make('createCustomer', { name: `${mark} 客户 ${(made += 1)}` });

const person = (name: string, more: Variables = {}): Promise<string> =>
  make('createPerson', { name: `${mark} ${name}`, ...more });

async function colleague(
  customerId: string,
  name: string,
  { affiliation = {}, ...more }: Variables & { readonly affiliation?: object } = {},
): Promise<string> {
  const personId = await person(name, more);
  await make('affiliate', { personId, customerId, ...affiliation });
  return personId;
}

const relate = (
  fromId: string,
  type: string,
  toId: string,
  more: Variables = {},
): Promise<string> => make('relatePeople', { fromId, type, toId, ...more });

describe('contacts, through the gateway', () => {
  test('a decision has people only: one who is unknown stands for the time being, and keeps its relations', async () => {
    const customerId = await customer();
    const boss = await colleague(customerId, '总经理');
    const withoutPerson = { customerId, nodes: [{ buyingRole: 'APPROVER' }] };
    expect((await refusal('saveDecisionMap', withoutPerson))?.message).toContain('personId');

    const unknown = await colleague(customerId, '采购科长', { status: 'PLACEHOLDER' });
    const adviser = await colleague(customerId, '技术顾问', { status: 'PLACEHOLDER' });
    await relate(unknown, 'REPORTS_TO', boss);
    await relate(adviser, 'REPORTS_TO', boss);
    await make('saveDecisionMap', {
      customerId,
      nodes: [
        { personId: boss, buyingRole: 'DECISION_MAKER' },
        { personId: unknown, parentId: boss, buyingRole: 'GATEKEEPER', stance: 'SKEPTIC' },
        { personId: adviser, parentId: boss, buyingRole: 'EVALUATOR' },
      ],
    });
    // One turns out to be somebody new, the other somebody whom we know.
    await make('identifyPlaceholder', {
      placeholderId: unknown,
      person: { name: `${mark} 王科长` },
    });
    const known = await person('李工');
    await make('identifyPlaceholder', { placeholderId: adviser, personId: known });

    const map = await ask(
      `query ($customerId: ID!) { decisionMap(customerId: $customerId) { nodes { buyingRole stance
        person { name status reportsTo { name } affiliations { nodes { customer { id } } } } } } }`,
      { customerId },
    );
    expect(map).toEqual({
      decisionMap: {
        nodes: [
          { buyingRole: 'DECISION_MAKER', stance: null, person: expect.anything() },
          {
            buyingRole: 'GATEKEEPER',
            stance: 'SKEPTIC',
            person: {
              name: `${mark} 王科长`,
              status: 'ACTIVE',
              reportsTo: { name: `${mark} 总经理` },
              affiliations: { nodes: [{ customer: { id: customerId } }] },
            },
          },
          {
            buyingRole: 'EVALUATOR',
            stance: null,
            person: {
              name: `${mark} 李工`,
              status: 'ACTIVE',
              reportsTo: { name: `${mark} 总经理` },
              affiliations: { nodes: [{ customer: { id: customerId } }] },
            },
          },
        ],
      },
    });
  });

  test('the org chart of a day shows who was there then and whom they reported to; a circle is refused', async () => {
    const customerId = await customer();
    const boss = await colleague(customerId, '总');
    const former = await colleague(customerId, '前任', { affiliation: { validTo: '2024-12-31' } });
    const clerk = await colleague(customerId, '职员');
    await relate(former, 'REPORTS_TO', boss, { validTo: '2024-12-31' });
    await relate(clerk, 'REPORTS_TO', former, { validTo: '2024-12-31' });
    await relate(clerk, 'REPORTS_TO', boss, { validFrom: '2025-01-01' });

    const chart = (asOf: string | null): Promise<unknown> =>
      ask(
        `query ($customerId: ID!, $asOf: Date) { orgChart(customerId: $customerId, asOf: $asOf) {
          nodes { depth parentId person { name } } } }`,
        { customerId, asOf },
      );
    expect(await chart('2024-06-30')).toEqual({
      orgChart: {
        nodes: [
          { depth: 0, parentId: null, person: { name: `${mark} 总` } },
          { depth: 1, parentId: boss, person: { name: `${mark} 前任` } },
          { depth: 2, parentId: former, person: { name: `${mark} 职员` } },
        ],
      },
    });
    expect(await chart(null)).toEqual({
      orgChart: {
        nodes: [
          { depth: 0, parentId: null, person: { name: `${mark} 总` } },
          { depth: 1, parentId: boss, person: { name: `${mark} 职员` } },
        ],
      },
    });
    const circle = await refusal('relatePeople', { fromId: boss, type: 'REPORTS_TO', toId: clerk });
    expect(circle?.extensions).toMatchObject({
      code: 'RULE_VIOLATION',
      cycle: [`${mark} 总`, `${mark} 职员`, `${mark} 总`],
    });
  });

  test('who influences a principal most is told with the reason, and who of our staff opens the door', async () => {
    const customerId = await customer();
    const principal = await colleague(customerId, '负责人', {
      affiliation: { roles: ['PRINCIPAL'] },
    });
    const [mentor, friend] = [await person('老领导'), await person('同学')];
    await relate(friend, 'INFLUENCES', principal, { strength: 40, reason: '大学同学' });
    await relate(mentor, 'INFLUENCES', principal, { strength: 85, reason: '一手提拔' });
    const code = `${mark}-sales`;
    const staff = z.object({
      upsertStaff: z.object({ rows: z.tuple([z.object({ id: z.string() })]) }),
    });
    const {
      upsertStaff: {
        rows: [{ id: staffId }],
      },
    } = staff.parse(
      await ask(
        `mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { rows { id } } }`,
        { input: { rows: [{ code, name: '王芳' }] } },
      ),
    );
    const visit = {
      kind: 'VISIT',
      participantIds: [mentor],
      staffIds: [staffId],
      occurredAt: new Date(Date.now() - 60_000).toISOString(),
    };
    await logOnceKnown(visit);

    const answer = await ask(
      `query ($customerId: ID!, $from: StaffOrPersonInput!, $to: ID!) {
        customer(id: $customerId) { principal { strongestInfluencer { reason strength counterparty { name } } } }
        influencePaths(from: $from, to: $to, maxHops: 3) { isTruncated nodes { hops staff { name } explanation
          people { person { name } via { strength reason } } } } }`,
      { customerId, from: { staffId }, to: principal },
    );
    expect(answer).toEqual({
      customer: {
        principal: {
          strongestInfluencer: {
            reason: '一手提拔',
            strength: 85,
            counterparty: { name: `${mark} 老领导` },
          },
        },
      },
      influencePaths: {
        isTruncated: false,
        nodes: [
          {
            hops: 2,
            staff: { name: '王芳' },
            explanation: `王芳认识${mark} 老领导（亲密度 31），${mark} 老领导对${mark} 负责人：影响（强度 85，一手提拔）；总强度 26。`,
            people: [
              { person: { name: `${mark} 老领导` }, via: { strength: 31, reason: null } },
              { person: { name: `${mark} 负责人` }, via: { strength: 85, reason: '一手提拔' } },
            ],
          },
        ],
      },
    });
  });
});

/** Contacts hears of staff through NATS. */
async function logOnceKnown(input: Variables): Promise<void> {
  const isLogged = async (): Promise<boolean> => {
    const problem = await refusal('logInteraction', input);
    expect([undefined, 'INVALID']).toContain(problem?.extensions?.['code']);
    return !problem;
  };
  expect(await until(isLogged, { forMs: 10_000 })).toBe(true);
}
