import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { Webhook as Verifier } from 'standardwebhooks';
import { z } from 'zod';
import {
  startReceiver,
  startWebhooks,
  type Receiver,
  type TestWebhooks,
} from '../testing/webhooks.ts';

let service: TestWebhooks;
let receiver: Receiver;

beforeAll(async () => {
  service = await startWebhooks();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await service.stop();
});

const idSchema = z.object({ id: z.string() });
const seenSchema = z.object({
  webhook: idSchema.nullable(),
  webhooks: z.object({ nodes: z.array(idSchema) }),
});

const as = (
  subject: string,
  role: NonNullable<NonNullable<TestRequest['viewer']>['roles']>[number] = 'partner',
): TestRequest => ({ viewer: { subject, roles: [role] } });

const create = `mutation ($input: CreateWebhookInput!) {
  createWebhook(input: $input) { secret webhook { id name url state account filter { entities } } } }`;

const madeSchema = z.object({
  createWebhook: z.object({ secret: z.string(), webhook: z.looseObject({ id: z.string() }) }),
});

const input = (more: object = {}): object => ({
  input: { name: 'ERP', url: 'https://partner.example/hook', ...more },
});

describe('A webhook', () => {
  test('shows its secret to the call that makes it, and the database does not hold it', async () => {
    const call = input({ clientMutationId: newId(), filter: { entities: ['CUSTOMER'] } });
    const first = await service.execute(create, { ...call }, as('one'));
    expect(first.errors).toBeUndefined();
    const made = madeSchema.parse(first.data).createWebhook;
    expect(made.webhook).toMatchObject({
      name: 'ERP',
      state: 'ACTIVE',
      account: 'one',
      filter: { entities: ['CUSTOMER'] },
    });
    expect(made.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const again = await service.execute(create, { ...call }, as('one'));
    expect(again.data).toEqual(first.data);

    const tables: unknown = await Promise.all(
      ['webhook', 'audit', 'commandCall'].map((table) =>
        service.db.query(`SELECT * FROM ${table}`),
      ),
    );
    expect(JSON.stringify(tables)).not.toContain(made.secret.slice(6, 40));
  });

  test('is its account’s alone, and an administrator’s', async () => {
    const { id } = await service.webhook({ url: receiver.url }, as('two'));
    const read = 'query ($id: ID!) { webhook(id: $id) { id } webhooks { nodes { id } } }';
    const seenBy = async (request: TestRequest): Promise<boolean[]> => {
      const { data } = await service.execute(read, { id }, request);
      const { webhook, webhooks } = seenSchema.parse(data);
      return [webhook !== null, webhooks.nodes.some((each) => each.id === id)];
    };
    expect(await seenBy(as('two'))).toEqual([true, true]);
    expect(await seenBy(as('admin', 'admin'))).toEqual([true, true]);
    for (const other of [as('TWO'), as('three'), as('analyst', 'analyst')]) {
      expect(await seenBy(other)).toEqual([false, false]);
    }
    const foreign = [
      'mutation ($id: ID!) { updateWebhook(input: { id: $id, name: "mine" }) { id } }',
      'mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id }) { secret } }',
      'mutation ($id: ID!) { deleteWebhook(input: { id: $id }) { id } }',
      'mutation ($id: ID!) { testWebhook(id: $id) { status } }',
      'mutation ($id: ID!) { replayWebhookDeliveries(input: { webhookId: $id }) { replayed } }',
    ];
    for (const mutation of foreign) {
      const { errors } = await service.execute(mutation, { id }, as('three'));
      expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
    }
    const { data } = await service.execute(
      'query ($id: ID!) { webhookDeliveries(webhookId: $id) { nodes { id } } }',
      { id },
      as('three'),
    );
    expect(data).toEqual({ webhookDeliveries: { nodes: [] } });
    await service.execute(foreign[2] ?? '', { id }, as('two'));
    expect(await seenBy(as('two'))).toEqual([false, false]);
  });

  test.each([
    ['a role that other systems do not have', {}, 'FORBIDDEN', as('rep', 'rep')],
    ['what is no URL', { url: 'partner' }, 'INVALID', as('bad')],
    ['another protocol', { url: 'ftp://partner.example/' }, 'INVALID', as('bad')],
    ['a password in the URL', { url: 'https://me:pw@partner.example/' }, 'INVALID', as('bad')],
    ['a private address', { url: 'https://10.1.2.3/' }, 'INVALID', as('bad')],
    ['plain http to a public address', { url: 'http://1.1.1.1/' }, 'INVALID', as('bad')],
    ['the metadata service of a cloud', { url: 'http://169.254.169.254/' }, 'INVALID', as('bad')],
    ['people', { filter: { entities: ['PERSON'] } }, 'INVALID', as('bad')],
    ['segments', { filter: { segment: 'gold' } }, 'INVALID', as('bad')],
    ['no name', { name: '' }, 'INVALID', as('bad')],
  ])('refuses %s', async (_, more, code, request) => {
    const { errors } = await service.execute(create, { ...input(more) }, request);
    expect(errors?.[0]?.extensions?.['code']).toBe(code);
  });

  test('is one of 20 of its account at most', async () => {
    for (let count = 0; count < 20; count += 1) {
      await service.webhook({ url: receiver.url }, as('many'));
    }
    const { errors } = await service.execute(create, { ...input() }, as('many'));
    expect(errors?.[0]?.message).toBe('An account has at most 20 webhooks: delete one');
  });

  test('is tested by a signed message, whose outcome is told', async () => {
    const { id, secret } = await service.webhook({ url: receiver.url }, as('tester'));
    const ping = (): ReturnType<TestWebhooks['execute']> =>
      service.execute(
        'mutation ($id: ID!) { testWebhook(id: $id) { isDelivered status problem } }',
        { id },
        as('tester'),
      );
    expect((await ping()).data).toEqual({
      testWebhook: { isDelivered: true, status: 200, problem: null },
    });
    const [message] = receiver.received;
    expect(message?.type).toBe('webhook.ping');
    new Verifier(secret).verify(message?.raw ?? '', { ...message?.headers });

    receiver.respond(() => 404);
    expect((await ping()).data).toEqual({
      testWebhook: { isDelivered: false, status: 404, problem: 'answered 404' },
    });
  });
});
