import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import type { TestRequest } from '@crm/kit/testing/execute';
import { LifecycleSuggested, LifecycleWithdrawn } from '@crm/schemas/events/lifecycle';
import { OrderRecorded } from '@crm/schemas/events/order';
import { z } from 'zod';
import { consumers } from '../consumers.ts';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { codeOf, createCustomer, hire, make, type Person } from '../testing/people.ts';
import { evaluateOn } from './evaluation.repository.ts';

let customers: TestCustomers;
let wang: Person;

beforeAll(async () => {
  customers = await startCustomers();
  wang = await hire(customers);
});
afterAll(() => customers.stop());

type Input = Readonly<Record<string, unknown>>;

const setStage = (input: Input, as: TestRequest = {}) =>
  customers.execute(
    `mutation ($input: SetLifecycleStageInput!) { setLifecycleStage(input: $input) { lifecycleStage { code } } }`,
    { input },
    as,
  );

const HISTORY = `query ($id: ID!) { customer(id: $id) { lifecycleStage { code }
  lifecycleHistory(first: 5) { nodes { from { code } to { code label } reason source ruleCode reviewOn by { id } endedAt } } } }`;

const seenSchema = z.object({
  customer: z.object({
    lifecycleStage: z.object({ code: z.string() }),
    lifecycleHistory: z.object({ nodes: z.array(z.record(z.string(), z.unknown())) }),
  }),
});

async function seen(id: string) {
  const { customer } = seenSchema.parse((await customers.execute(HISTORY, { id })).data);
  return { stage: customer.lifecycleStage.code, history: customer.lifecycleHistory.nodes };
}

const order = (customerId: string, orderedOn: string): Promise<string> =>
  make(customers, 'recordOrder', {
    type: 'RecordOrderInput',
    input: { customerId, orderedOn, lines: [{ quantity: '1', unitPrice: '5' }] },
  });

/** What an order's event leaves, and what the rules make of it. */
async function evaluate(customerId: string): Promise<void> {
  await applyWith(consumers)(customers.db, [
    eventOf(
      OrderRecorded,
      { id: newId(), customerId },
      {
        number: 'O1',
        orderedOn: '2026-01-01',
        status: 'PLACED',
        amount: { amount: '1.00', currency: 'CNY' },
        salespersonId: null,
        lines: [],
      },
    ),
  ]);
  await run();
}

const step = (): Promise<boolean> =>
  transact(customers.db, (manager) => evaluateOn(manager, new Date()));

async function run(): Promise<void> {
  while (await step());
}

const daysAgo = (days: number): string =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe('setLifecycleStage', () => {
  test('keeps who did it, why, and until when', async () => {
    const id = await createCustomer(customers, {}, wang.as);
    const reviewOn = '2027-06-01';
    await setStage({ customerId: id, stage: 'NO_NEED', reason: '停产', reviewOn }, wang.as);

    expect(await seen(id)).toEqual({
      stage: 'NO_NEED',
      history: [
        {
          from: { code: 'POTENTIAL' },
          to: { code: 'NO_NEED', label: '无需客户' },
          reason: '停产',
          source: 'MANUAL',
          ruleCode: null,
          reviewOn,
          by: { id: wang.id },
          endedAt: null,
        },
        expect.objectContaining({ from: null, source: 'MANUAL', endedAt: expect.any(String) }),
      ],
    });
  });

  test.each([
    ['a stage that is none', { stage: 'NOPE' }, 'INVALID'],
    ['a reason that is missing', { stage: 'NO_NEED' }, 'RULE_VIOLATION'],
    ['trading without an order', { stage: 'TRADING' }, 'RULE_VIOLATION'],
    ['a customer that is none', { stage: 'NO_NEED', customerId: newId() }, 'NOT_FOUND'],
  ])('refuses %s', async (_, input, code) => {
    const customerId = await createCustomer(customers);
    expect(codeOf(await setStage({ customerId, ...input }))).toBe(code);
  });

  test.each([
    ['stage', { stage: 'NOPE' }],
    ['reason', { stage: 'NO_NEED', reason: '长'.repeat(501) }],
  ])('names %s as its input does', async (path, input) => {
    const customerId = await createCustomer(customers);
    const { errors } = await setStage({ customerId, ...input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('holds for a plain change too, and takes an order or a reason for trading', async () => {
    const id = await createCustomer(customers);
    const UPDATE = `mutation ($id: ID!, $stage: String!) {
      updateCustomer(input: { id: $id, lifecycleStage: $stage }) { id } }`;
    const update = (stage: string) => customers.execute(UPDATE, { id, stage });
    expect(codeOf(await update('NO_NEED'))).toBe('RULE_VIOLATION');
    expect(codeOf(await update('TRADING'))).toBe('RULE_VIOLATION');
    await order(id, daysAgo(1));
    expect(codeOf(await update('TRADING'))).toBeUndefined();
    const other = await createCustomer(customers);
    const reason = '框架协议';
    expect(codeOf(await setStage({ customerId: other, stage: 'TRADING', reason }))).toBeUndefined();
  });

  test('keeps to the steps that the company allows', async () => {
    const id = await createCustomer(customers);
    const STEP =
      'mutation ($input: LifecycleStepInput!) { saveLifecycleStep(input: $input) { active } }';
    const input = { fromStage: 'POTENTIAL', toStage: 'NO_NEED', active: false };
    expect(codeOf(await customers.execute(STEP, { input }, wang.as))).toBe('FORBIDDEN');
    await customers.execute(STEP, { input });
    const refused = await setStage({ customerId: id, stage: 'NO_NEED', reason: '停产' });
    expect(codeOf(refused)).toBe('RULE_VIOLATION');
    await customers.execute(STEP, { input: { ...input, active: true } });
    const allowed = await setStage({ customerId: id, stage: 'NO_NEED', reason: '停产' });
    expect(codeOf(allowed)).toBeUndefined();
  });
});

describe('rules', () => {
  test('make a trading customer of whoever orders', async () => {
    const id = await createCustomer(customers);
    await run();
    expect((await seen(id)).stage).toBe('POTENTIAL');
    await order(id, daysAgo(700));
    await evaluate(id);

    const { stage, history } = await seen(id);
    expect(stage).toBe('TRADING');
    expect(history[0]).toMatchObject({ source: 'RULE', ruleCode: 'first_order', by: null });
  });

  test('leave alone whom a person wants to look at later', async () => {
    const id = await createCustomer(customers);
    const reviewOn = daysAgo(-30);
    await setStage({ customerId: id, stage: 'DORMANT', reason: '停工', reviewOn });
    await order(id, daysAgo(1));
    await evaluate(id);
    expect((await seen(id)).stage).toBe('DORMANT');
  });

  test('propose what a person decides, once', async () => {
    const id = await createCustomer(customers);
    await order(id, daysAgo(700));
    await evaluate(id);
    await evaluate(id);
    const SUGGESTED = `query ($id: ID!) { lifecycleSuggestions(where: { customerId: { eq: $id } }) {
      nodes { id state to { code } ruleCode customer { id } } } }`;
    const suggested = z.object({
      lifecycleSuggestions: z.object({ nodes: z.array(z.object({ id: z.string() }).loose()) }),
    });
    const find = async (as: TestRequest = {}) =>
      suggested.parse((await customers.execute(SUGGESTED, { id }, as)).data).lifecycleSuggestions
        .nodes;
    const [suggestion] = await find();
    expect(suggestion).toMatchObject({
      state: 'OPEN',
      to: { code: 'DORMANT' },
      ruleCode: 'no_order_365',
      customer: { id },
    });
    expect(await find(wang.as)).toEqual([]);

    const decide = (mutation: string, as: TestRequest = {}) =>
      customers.execute(
        `mutation ($id: ID!) { ${mutation}(input: { id: $id, reason: "季节性" }) { state reason } }`,
        { id: suggestion?.id },
        as,
      );
    expect(codeOf(await decide('acceptLifecycleSuggestion', wang.as))).toBe('NOT_FOUND');
    const { data } = await decide('dismissLifecycleSuggestion');
    expect(data).toEqual({ dismissLifecycleSuggestion: { state: 'DISMISSED', reason: '季节性' } });
    await evaluate(id);
    expect(await find()).toHaveLength(1);
    expect(codeOf(await decide('acceptLifecycleSuggestion'))).toBe('RULE_VIOLATION');
  });

  test('bring to the stage what a person accepts', async () => {
    const id = await createCustomer(customers);
    await order(id, daysAgo(700));
    await evaluate(id);
    await evaluate(id);
    const { data } = await customers.execute(
      `{ lifecycleSuggestions(where: { customerId: { eq: "${id}" } }) { nodes { id } } }`,
    );
    const [suggestion] = z
      .object({ lifecycleSuggestions: z.object({ nodes: z.array(z.object({ id: z.string() })) }) })
      .parse(data).lifecycleSuggestions.nodes;
    const ACCEPT = `mutation { acceptLifecycleSuggestion(input: { id: "${suggestion?.id}" }) { state } }`;
    expect(codeOf(await customers.execute(ACCEPT))).toBeUndefined();
    const { stage, history } = await seen(id);
    expect(stage).toBe('DORMANT');
    expect(history[0]).toMatchObject({ source: 'RULE', ruleCode: 'no_order_365' });
  });

  const RULE = `mutation ($input: LifecycleRuleInput!) { saveLifecycleRule(input: $input) { code mode minDwellDays } }`;
  const rule = {
    code: 'strategic',
    labels: { zh: '战略', en: 'Strategic' },
    toStage: 'TRADING',
    criteria: { level: { eq: 'STRATEGIC' } },
    mode: 'APPLY',
    minDwellDays: 1,
  };

  test('are data, and wait as long as they say', async () => {
    await customers.execute(RULE, { input: rule });
    const id = await createCustomer(customers, { level: 'STRATEGIC' });
    await evaluate(id);
    expect((await seen(id)).stage).toBe('POTENTIAL');
    await customers.execute(RULE, { input: { code: 'strategic', minDwellDays: 0 } });
    await evaluate(id);
    expect((await seen(id)).stage).toBe('TRADING');
    await customers.execute(RULE, { input: { code: 'strategic', active: false } });
  });

  describe('over figures of elsewhere', () => {
    const evidence = [{ field: 'lastInteractionAt', value: '2026-11-20T02:00:00.000Z' }];
    const indicate = async (id: string, data: Input = {}, version = 1): Promise<void> => {
      const told = LifecycleSuggested.data.parse({
        customerId: id,
        from: 'POTENTIAL',
        to: 'TRADING',
        ruleCode: 'in_contact',
        mode: 'SUGGEST',
        priority: 20,
        minDwellDays: 0,
        evidence,
        ...data,
      });
      await applyWith(consumers)(customers.db, [
        eventOf(LifecycleSuggested, { id, version, customerId: id }, told),
      ]);
      await run();
    };
    const SUGGESTIONS = `query ($id: ID!) { lifecycleSuggestions(where: { customerId: { eq: $id } }) {
      nodes { ruleCode from { code } to { code } evidence } } }`;
    const suggestions = async (id: string): Promise<unknown> =>
      Object((await customers.execute(SUGGESTIONS, { id })).data?.['lifecycleSuggestions']).nodes;

    test('propose with what they found, once', async () => {
      const id = await createCustomer(customers);
      await indicate(id);
      await evaluate(id);
      expect(await suggestions(id)).toEqual([
        { ruleCode: 'in_contact', from: { code: 'POTENTIAL' }, to: { code: 'TRADING' }, evidence },
      ]);
      expect((await seen(id)).stage).toBe('POTENTIAL');
    });

    test('bring customers to a stage by themselves where they say so', async () => {
      const id = await createCustomer(customers);
      await indicate(id, { mode: 'APPLY' });
      const { stage, history } = await seen(id);
      expect(stage).toBe('TRADING');
      expect(history[0]).toMatchObject({ source: 'RULE', ruleCode: 'in_contact', by: null });
    });

    test('wait for days to pass, for a person who looks later, and while the stage is another', async () => {
      const lately = await createCustomer(customers);
      await indicate(lately, { mode: 'APPLY', minDwellDays: 1 });
      expect((await seen(lately)).stage).toBe('POTENTIAL');
      const locked = await createCustomer(customers);
      const reviewOn = daysAgo(-30);
      await setStage({ customerId: locked, stage: 'DORMANT', reason: '停工', reviewOn });
      await indicate(locked, { mode: 'APPLY', from: 'DORMANT' });
      expect((await seen(locked)).stage).toBe('DORMANT');
      const other = await createCustomer(customers);
      await indicate(other, { mode: 'APPLY', from: 'DORMANT' });
      expect((await seen(other)).stage).toBe('POTENTIAL');

      const aDayLater = new Date(Date.now() + 2 * 86_400_000);
      while (await transact(customers.db, (manager) => evaluateOn(manager, aDayLater)));
      expect((await seen(lately)).stage).toBe('TRADING');
      expect((await seen(locked)).stage).toBe('DORMANT');
    });

    test('give way to ours of a higher priority, and are dropped when withdrawn', async () => {
      const id = await createCustomer(customers);
      await order(id, daysAgo(1));
      await indicate(id, { mode: 'APPLY', to: 'NO_NEED' });
      expect((await seen(id)).stage).toBe('TRADING');
      const withdrawn = await createCustomer(customers);
      await indicate(withdrawn, { mode: 'APPLY', minDwellDays: 1 });
      await applyWith(consumers)(customers.db, [
        eventOf(
          LifecycleWithdrawn,
          { id: withdrawn, version: 2, customerId: withdrawn },
          { customerId: withdrawn, ruleCode: 'in_contact' },
        ),
      ]);
      const aDayLater = new Date(Date.now() + 4 * 86_400_000);
      while (await transact(customers.db, (manager) => evaluateOn(manager, aDayLater)));
      expect((await seen(withdrawn)).stage).toBe('POTENTIAL');
    });
  });

  test.each([
    ['criteria of no field', { criteria: { nope: { eq: 1 } } }, 'INVALID'],
    ['a stage that is none', { toStage: 'NOPE' }, 'INVALID'],
    ['days below nothing', { minDwellDays: -1 }, 'INVALID'],
  ])('are refused with %s', async (_, change, code) => {
    const { errors } = await customers.execute(RULE, {
      input: { ...rule, code: newId(), ...change },
    });
    expect(errors?.[0]?.extensions).toMatchObject({ code });
  });
});
