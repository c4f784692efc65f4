import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { eventually, meshMsMax } from '../harness.ts';
import { example, operationOfReadme, startAsking, type Asking } from './asking.ts';

const evaluatedMsMax = 30_000;
const followMsMax = 15_000;

/** Tells what this run makes from what others have made on the same mesh. */
const mark = `Q${Date.now()}`;

let asking: Asking;
let customerId: string;
/** Of the customer: who decides, and who evaluates and was not met yet. */
let boss: string;
let head: string;

beforeAll(async () => {
  asking = await startAsking();
  customerId = await customer('南京永和机械', {
    establishedOn: '2010-01-01',
    finance: { bankCreditRating: 'GOOD', paymentBehaviour: 'AVERAGE', tradeCreditRating: 'GOOD' },
  });
}, meshMsMax);

const customer = (name: string, more: object = {}): Promise<string> =>
  asking.make('createCustomer', { name: `${mark} ${name}`, ...more });

/** Runs a mutation as soon as its service knows what it names. */
async function makeOnceKnown(
  mutation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<void> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  await eventually(`${mutation} is taken`, async () => {
    const { errors } = await asking.system.graphql({
      token: asking.token,
      query: `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { id } }`,
      variables: { input },
    });
    return errors.length === 0;
  });
}

/** The day, so many days ago. */
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

const order = (of: string, orderedOn: string, dueOn: string): Promise<string> =>
  asking.make('recordOrder', {
    customerId: of,
    orderedOn,
    dueOn,
    lines: [{ quantity: '1', unitPrice: '50000.00' }],
  });

const pay = (of: string, receivedOn: string, amount: string): Promise<string> =>
  asking.make('recordPayment', {
    customerId: of,
    receivedOn,
    amount: { amount, currency: 'CNY' },
    method: 'BANK_TRANSFER',
  });

const scoreSchema = z.object({
  customer: z.object({
    score: z
      .object({ score: z.string().nullable(), validFrom: z.string() })
      .nullable()
      .transform((result) => (result?.score ? { ...result, score: Number(result.score) } : null)),
  }),
});

async function creditOf(id: string, asOf: string | null = null) {
  const data = await asking.ask(
    `query ($id: ID!, $asOf: DateTime) { customer(id: $id) {
      score(model: "customer_credit", asOf: $asOf) { score validFrom } } }`,
    { id, asOf },
  );
  return scoreSchema.parse(data).customer.score;
}

async function isGraded(id: string): Promise<boolean> {
  const data = await asking.ask(
    `query ($id: ID!) { customer(id: $id) {
      score(model: "customer_credit") { grade { code } } } }`,
    { id },
  );
  return z
    .object({ customer: z.object({ score: z.object({ grade: z.object({ code: z.string() }) }) }) })
    .safeParse(data).success;
}

describe('the queries that the README and GraphiQL show', () => {
  test('whom a plan for birthdays would address is shown before there is one', async () => {
    const { make, ask } = asking;
    const of = await make('createCustomer', { name: `${mark} 寿星机械`, level: 'KEY' });
    const [, month, day] = daysAgo(-10).split('-').map(Number);
    const birthday = { calendar: 'GREGORIAN', year: 1970, month, day };
    const personId = await make('createPerson', { name: `${mark} 寿星`, birthday });
    await makeOnceKnown('affiliate', { personId, customerId: of, roles: ['PRINCIPAL'] });
    const occasions = z.object({
      occasions: z.object({ nodes: z.array(z.object({ id: z.string() })).length(1) }),
    });
    const found = await ask('{ occasions(where: { code: { eq: "birthday" } }) { nodes { id } } }');
    const [birthdays] = occasions.parse(found).occasions.nodes;
    await eventually('care knows the birthday', async () => {
      const data = await ask(operationOfReadme('Birthdays'), { occasion: birthdays?.id });
      return JSON.stringify(data).includes(`"name":"${mark} 寿星"`);
    });
    expect(await ask(operationOfReadme('Birthdays'), { occasion: birthdays?.id })).toMatchObject({
      carePlanPreview: {
        entries: expect.arrayContaining([
          expect.objectContaining({
            person: { name: `${mark} 寿星` },
            state: 'SUPPRESSED',
            reason: 'NO_CONSENT',
          }),
        ]),
      },
    });
  });

  test('a customer is handed over with what all five services know', async () => {
    const { make, ask } = asking;
    await make('recordNeed', { customerId, title: '扩产', neededBy: '2027-03-01' });
    await order(customerId, daysAgo(300), daysAgo(250));
    await pay(customerId, daysAgo(255), '50000.00');
    await order(customerId, daysAgo(200), daysAgo(100));
    const opportunityId = await make('createOpportunity', { customerId, name: '伺服改造' });
    const competitorId = await make('createCompetitor', {
      name: `${mark} 华创`,
      threatLevel: 'HIGH',
    });
    await makeOnceKnown('addCompetitorToOpportunity', { opportunityId, competitorId });
    boss = await make('createPerson', { name: '陈总' });
    head = await make('createPerson', { name: '周部长' });
    await makeOnceKnown('affiliate', { personId: boss, customerId, roles: ['PRINCIPAL'] });
    await make('affiliate', { personId: head, customerId });
    await make('relatePeople', { fromId: head, type: 'REPORTS_TO', toId: boss });
    await make('saveDecisionMap', {
      customerId,
      nodes: [{ personId: head, buyingRole: 'EVALUATOR', stance: 'SUPPORTER' }],
    });
    const call = { kind: 'CALL', customerId, participantIds: [boss], subject: '样品' };
    await make('logInteraction', { ...call, occurredAt: '2026-01-02T03:04:05Z' });
    await eventually('its credit is graded', () => isGraded(customerId), evaluatedMsMax);

    const data = await ask(operationOfReadme('HandOver'), { id: customerId });
    expect(data).toMatchObject({
      customer: {
        needs: { nodes: [{ title: '扩产', neededBy: '2027-03-01' }] },
        receivables: { nodes: [{ balance: { amount: '50000.00' } }] },
        principal: { name: '陈总' },
        decisionMaps: {
          nodes: [
            {
              nodes: [
                {
                  buyingRole: 'EVALUATOR',
                  stance: 'SUPPORTER',
                  person: { name: '周部长', reportsTo: { name: '陈总' } },
                },
              ],
            },
          ],
        },
        interactions: { nodes: [{ subject: '样品' }] },
        alerts: { nodes: expect.any(Array) },
        careTasks: { nodes: expect.any(Array) },
        value: { contributions: expect.any(Array) },
        credit: { grade: { label: expect.any(String) } },
        transactionSummary: { receivable: { amount: '50000.00' } },
        competitivePresence: {
          nodes: [{ competitor: { name: `${mark} 华创`, threatLevel: 'HIGH' } }],
        },
      },
    });
  });

  test('who can open the door is found over whom our staff have met', async () => {
    const { upsertStaff } = z
      .object({ upsertStaff: z.object({ rows: z.tuple([z.object({ id: z.string() })]) }) })
      .parse(
        await asking.ask(
          'mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { rows { id } } }',
          { input: { rows: [{ code: mark, name: '王芳' }] } },
        ),
      );
    const staff = upsertStaff.rows[0].id;
    const now = new Date().toISOString();
    const visit = { kind: 'VISIT', customerId, participantIds: [boss], staffIds: [staff] };
    await makeOnceKnown('logInteraction', { ...visit, occurredAt: now });
    const variables = { staff, person: head, customer: customerId };
    expect(await asking.ask(operationOfReadme('OpenTheDoor'), variables)).toMatchObject({
      influencePaths: {
        nodes: [{ people: [{ person: { name: '陈总' } }, { person: { name: '周部长' } }] }],
      },
      decisionCoverage: {
        gaps: [
          {
            node: { buyingRole: 'EVALUATOR', person: { name: '周部长' } },
            introduction: { explanation: expect.stringContaining('陈总') },
          },
        ],
      },
    });
  });

  test('what came in is told by level and month, where it was much', async () => {
    const { ask } = asking;
    await ask(
      `mutation ($input: VocabularyTermInput!) { saveCustomerVocabularyTerm(input: $input) { code } }`,
      {
        input: {
          vocabulary: 'customer_level',
          code: mark,
          labels: { zh: mark, en: `Level ${mark}` },
        },
      },
    );
    const [one, other] = [
      await customer('甲', { level: mark }),
      await customer('乙', { level: mark }),
    ];
    await pay(one, '2026-02-03', '600.00');
    await pay(one, '2026-02-17', '600.00');
    await pay(other, '2026-02-28', '300.00');
    await pay(one, '2026-03-01', '500.00');
    const schema = z.object({
      factAggregate: z.object({
        rows: z.array(
          z.object({
            keys: z.array(z.object({ value: z.string().nullable() })),
            values: z.array(z.object({ value: z.string(), currency: z.string().nullable() })),
          }),
        ),
      }),
    });
    const rows = async (atLeast: string) => {
      const variables = { from: '2026-02-01', atLeast };
      const { factAggregate } = schema.parse(await ask(example('2-collections'), variables));
      return factAggregate.rows.filter(({ keys }) => keys[0]?.value === mark);
    };
    await eventually('all payments are counted', async () => (await rows('1')).length === 2);
    await eventually('the sum is whole', async () => (await rows('1500')).length === 1);
    expect(await rows('1000')).toEqual([
      {
        keys: [{ value: mark }, { value: '2026-02-01' }],
        values: [
          { value: '1500.00', currency: 'CNY' },
          { value: '2', currency: null },
        ],
      },
    ]);
  });

  test('why the credit of a customer fell is told by its parts, which add up', async () => {
    const id = await customer('信用', { establishedOn: '2010-01-01' });
    await order(id, daysAgo(40), daysAgo(10));
    await pay(id, daysAgo(5), '50000.00');
    let before = null as Awaited<ReturnType<typeof creditOf>>;
    await eventually(
      'it has a credit score without overdue',
      async () => {
        before = await creditOf(id);
        return before !== null && before.score > 50;
      },
      evaluatedMsMax,
    );
    const previous = before?.validFrom ?? '';
    await order(id, daysAgo(200), daysAgo(100));
    let after = before;
    await eventually(
      'the score has fallen',
      async () => {
        after = await creditOf(id);
        return after !== null && after.score < (before?.score ?? 0);
      },
      evaluatedMsMax,
    );
    const data = await asking.ask(example('3-why-the-grade-fell'), { customer: id, previous });
    const { score } = z
      .object({
        customer: z.object({
          score: z.object({
            score: z.string(),
            changeFrom: z.array(z.object({ label: z.string(), delta: z.string() })),
          }),
        }),
      })
      .parse(data).customer;
    const deltas = score.changeFrom.map(({ delta }) => Number(delta));
    expect(Math.min(...deltas)).toBeLessThan(0);
    const sum = deltas.reduce((total, delta) => total + delta, 0);
    expect(sum).toBeCloseTo(Number(score.score) - ((await creditOf(id, previous))?.score ?? 0), 2);
  });

  test('a partner follows strategic customers, with what they are worth', async () => {
    const code = `${mark}-F`;
    const id = await customer('关注', { code, level: 'REGULAR' });
    const client = createClient({
      url: `ws://127.0.0.1:${asking.system.mesh.ports.gateway}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${asking.token}` },
      retryAttempts: 0,
    });
    const giveUp = setTimeout(() => client.terminate(), followMsMax);
    const seen: unknown[] = [];
    for await (const { data } of client.iterate({ query: example('4-follow-levels') })) {
      const change: unknown = Reflect.get(Object(data), 'changes');
      const { kind, entity } = z
        .object({ kind: z.string(), entity: z.object({ code: z.string() }).nullable() })
        .parse(change);
      if (kind === 'CAUGHT_UP') {
        await asking.make('updateCustomer', { id, phone: '025-1234567' });
        await asking.make('updateCustomer', { id, level: 'STRATEGIC' });
      }
      if (entity?.code !== code) continue;
      seen.push(change);
      break;
    }
    clearTimeout(giveUp);
    client.terminate();
    expect(seen).toMatchObject([
      {
        kind: 'UPDATED',
        subject: expect.stringMatching(/^(customer\.updated|segment\.entered)$/),
        cursor: expect.any(String),
        entity: { code, level: { code: 'STRATEGIC' } },
      },
    ]);
  });
});
