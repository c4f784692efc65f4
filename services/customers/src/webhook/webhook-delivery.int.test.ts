import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId, idToBytes } from '@crm/kit/id';
import { recordMany } from '@crm/kit/event/outbox';
import type { TestRequest } from '@crm/kit/testing/execute';
import { until as untilTrue } from '@crm/kit/testing/until';
import { AlertOpened } from '@crm/schemas/events/alert';
import { Webhook as Verifier } from 'standardwebhooks';
import { z } from 'zod';
import {
  startReceiver,
  startWebhooks,
  type Received,
  type Receiver,
  type TestWebhooks,
} from '../testing/webhooks.ts';
import type { WebhookJob } from './webhook.job.ts';

let service: TestWebhooks;
let receiver: Receiver;
let job: WebhookJob;
let code = 0;

beforeAll(async () => {
  service = await startWebhooks();
});
afterAll(() => service.stop());
beforeEach(async () => {
  receiver = await startReceiver();
  job = service.startJob();
});
afterEach(async () => {
  await job.stop();
  await service.db.query('UPDATE webhook SET active = 0');
  await receiver.stop();
});

const customer = (): Promise<string> => service.customer(`C-${(code += 1)}`);

const until = (condition: () => Promise<boolean> | boolean, what: string): Promise<void> =>
  untilTrue(condition, { what, forMs: 25_000 });

const arrived = (count: number): Promise<void> =>
  until(() => receiver.received.length >= count, `${count} messages`);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const rowSchema = z.record(z.string(), z.unknown());
type Row = z.infer<typeof rowSchema>;

const deliveriesSchema = z.object({
  webhookDeliveries: z.object({ nodes: z.array(rowSchema) }),
});
const stateSchema = z.object({ webhook: rowSchema });
const rotatedSchema = z.object({ rotateWebhookSecret: z.object({ secret: z.string() }) });
const staffSchema = z.object({
  upsertStaff: z.object({ rows: z.array(z.object({ id: z.string() })) }),
});

async function deliveries(webhookId: string, request?: TestRequest): Promise<Row[]> {
  const { data, errors } = await service.execute(
    `query ($webhookId: ID!) { webhookDeliveries(webhookId: $webhookId) {
       nodes { id eventId state attempts lastStatus problem customerId nextAttemptAt } } }`,
    { webhookId },
    request,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return deliveriesSchema.parse(data).webhookDeliveries.nodes;
}

const state = async (id: string): Promise<Row> => {
  const { data } = await service.execute(
    'query ($id: ID!) { webhook(id: $id) { state disabledReason failingSince } }',
    { id },
  );
  return stateSchema.parse(data).webhook;
};

const activate = (id: string, active = true): Promise<unknown> =>
  service.execute(
    'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { state } }',
    { input: { id, active } },
  );

const replay = async (webhookId: string): Promise<unknown> => {
  const { data } = await service.execute(
    'mutation ($input: ReplayWebhookDeliveriesInput!) { replayWebhookDeliveries(input: $input) { replayed } }',
    { input: { webhookId } },
  );
  return data?.['replayWebhookDeliveries'];
};

const idsOf = (messages: readonly Received[]): string[] =>
  messages.map(({ headers }) => headers['webhook-id'] ?? '');

const headersOf = (at: number): Record<string, string> => ({ ...receiver.received[at]?.headers });

const partner = (staffId: string): TestRequest => ({
  viewer: { subject: `partner ${staffId}`, staffId, roles: ['partner'] },
});
const grant = (customerId: string, granteeId: string): Promise<unknown> =>
  service.db.query(
    `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt)
     VALUES (?, ?, 'READ', UTC_TIMESTAMP(3))`,
    [idToBytes(customerId), idToBytes(granteeId)],
  );

describe('a change', () => {
  test('arrives signed, by its event id, with keys and names alone', async () => {
    const { id, secret } = await service.webhook({
      url: receiver.url,
      filter: { entities: ['CUSTOMER'] },
    });
    const customerId = await customer();
    await service.rename(customerId, 'Another secret name');
    await arrived(2);

    const verifier = new Verifier(secret);
    for (const { raw, headers } of receiver.received) verifier.verify(raw, headers);
    expect(() => verifier.verify(`${receiver.received[0]?.raw} `, headersOf(0))).toThrow(
      'No matching',
    );
    expect(receiver.received.map(({ raw }) => raw).join()).not.toMatch(/name of|secret|13800/i);
    const [created, updated] = receiver.received;
    expect(created?.data).toMatchObject({
      kind: 'CREATED',
      entityKind: 'CUSTOMER',
      entityId: customerId,
      customerId,
      version: 1,
    });
    expect(updated).toMatchObject({ type: 'customer.updated', data: { changedFields: ['name'] } });
    const [row]: { eventId: Buffer }[] = await service.db.query(
      'SELECT eventId FROM outbox WHERE aggregateId = ? AND version = 2',
      [idToBytes(customerId)],
    );
    expect(idsOf(receiver.received)[1]?.replaceAll('-', '')).toBe(row?.eventId.toString('hex'));
    await until(async () => (await deliveries(id))[0]?.['state'] === 'DELIVERED', 'it');
    const delivered = { state: 'DELIVERED', attempts: 1, lastStatus: 200, customerId };
    expect(await deliveries(id)).toMatchObject([delivered, delivered]);
  });

  test('that the filter leaves out, or of people, does not arrive', async () => {
    await service.webhook({
      url: receiver.url,
      filter: { entities: ['CUSTOMER'], changedFieldsAny: ['name'], kinds: ['UPDATED'] },
    });
    const id = await customer();
    await service.execute(
      'mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }',
      { input: { id, fax: '123' } },
    );
    await service.rename(id, 'Renamed');
    await arrived(1);
    expect(receiver.received).toMatchObject([{ data: { version: 3 } }]);
  });

  test('that another service tells of a customer arrives too', async () => {
    await service.webhook({ url: receiver.url, filter: { entities: ['ALERT'] } });
    const customerId = await customer();
    await tellAlert(customerId);
    await arrived(1);
    expect(receiver.received).toMatchObject([
      { type: 'alert.opened', data: { entityKind: 'ALERT', customerId } },
    ]);
  });

  test('is signed with the former secret too for a day after it was changed', async () => {
    const { id, secret } = await service.webhook({ url: receiver.url });
    const { data } = await service.execute(
      'mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }',
      { input: { id } },
    );
    const next = rotatedSchema.parse(data).rotateWebhookSecret.secret;
    await customer();
    await arrived(1);
    const { raw = '' } = receiver.received[0] ?? {};
    new Verifier(secret).verify(raw, headersOf(0));
    new Verifier(next).verify(raw, headersOf(0));

    await service.db.query('UPDATE webhook SET previousUntil = UTC_TIMESTAMP(3)');
    await customer();
    await arrived(2);
    const { raw: later = '' } = receiver.received[1] ?? {};
    new Verifier(next).verify(later, headersOf(1));
    expect(() => new Verifier(secret).verify(later, headersOf(1))).toThrow('No matching signature');
  });
});

const tellAlert = (customerId: string): Promise<void> =>
  service.db.transaction((manager) =>
    recordMany(manager, [
      {
        type: AlertOpened,
        aggregateId: newId(),
        version: 1,
        customerId,
        actor: null,
        changedFields: [],
        data: {
          ruleCode: 'contact_overdue',
          severity: 'HIGH',
          state: 'OPEN',
          assigneeId: null,
          openedAt: '2026-11-25T00:00:00Z',
        },
      },
    ]),
  );

describe('a receiver', () => {
  test('that fails and comes back gets the same message again, at growing intervals', async () => {
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond((_, count) => (count < 3 ? 500 : 204));
    await customer();
    await arrived(3);
    await until(async () => (await deliveries(id))[0]?.['state'] === 'DELIVERED', 'it');
    expect(new Set(idsOf(receiver.received)).size).toBe(1);
    expect(await deliveries(id)).toMatchObject([{ attempts: 3, lastStatus: 204, problem: null }]);
    expect(await state(id)).toMatchObject({ state: 'ACTIVE', failingSince: null });
  });

  test('that is silent is given up after the last attempt, and served when replayed', async () => {
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond(() => 'silence');
    await customer();
    await until(async () => (await deliveries(id))[0]?.['state'] === 'DEAD', 'dead');
    expect(await deliveries(id)).toMatchObject([
      { attempts: 3, lastStatus: null, problem: 'did not answer within 1000 ms' },
    ]);
    expect(receiver.received).toHaveLength(3);

    receiver.respond(() => 200);
    expect(await replay(id)).toEqual({ replayed: 1 });
    await arrived(4);
    expect(new Set(idsOf(receiver.received)).size).toBe(1);
    await until(async () => (await deliveries(id))[0]?.['state'] === 'DELIVERED', 'it');
    expect(await replay(id)).toEqual({ replayed: 0 });
  });

  test('that redirects is not followed', async () => {
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond(({ path }) =>
      path === '/hook' ? { status: 307, headers: { location: '/elsewhere' } } : 200,
    );
    await customer();
    await until(async () => (await deliveries(id))[0]?.['state'] === 'DEAD', 'dead');
    expect(receiver.received.every(({ path }) => path === '/hook')).toBe(true);
    expect(await deliveries(id)).toMatchObject([
      { problem: 'answered 307: redirects are not followed' },
    ]);
  });

  test('that asks to be left alone is left alone', async () => {
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond(() => ({ status: 503, headers: { 'retry-after': '600' } }));
    await customer();
    await until(async () => (await deliveries(id))[0]?.['state'] === 'RETRYING', 'it');
    const [{ nextAttemptAt } = {}] = await deliveries(id);
    expect(new Date(String(nextAttemptAt)).getTime() - Date.now()).toBeGreaterThan(500_000);
  });

  test('that wants nothing more is sent nothing more', async () => {
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond(() => 410);
    await customer();
    await until(async () => (await state(id))['state'] === 'DISABLED', 'disabled');
    expect((await state(id))['disabledReason']).toMatch(/410/);
    await customer();
    await pause(300);
    expect(new Set(idsOf(receiver.received)).size).toBe(1);
  });

  test('that has failed for too long is disabled, and told of the gap when it is back', async () => {
    await job.stop();
    job = service.startJob({
      disableAfterS: 1,
      retryDelaysS: Array.from({ length: 50 }, () => 0.2),
    });
    const { id } = await service.webhook({ url: receiver.url });
    receiver.respond(() => 500);
    const first = await customer();
    await until(async () => (await state(id))['state'] === 'DISABLED', 'disabled');
    expect((await state(id))['disabledReason']).toBe('nothing has arrived for 1 s');
    const missed = await customer();
    await pause(300);

    receiver.respond(() => 200);
    const before = receiver.received.length;
    await activate(id);
    await arrived(before + 2);
    const after = receiver.received.slice(before);
    expect(after.map(({ data }) => data.customerId)).toContain(first);
    expect(after.map(({ data }) => data.customerId)).not.toContain(missed);
    expect(after).toContainEqual(
      expect.objectContaining({ type: 'feed.gap', data: expect.objectContaining({ kind: 'GAP' }) }),
    );
    expect(await state(id)).toMatchObject({ state: 'ACTIVE', disabledReason: null });
  });
});

describe('the order', () => {
  test('of each customer is kept while messages fail, and one customer holds up no other', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, customer));
    const [stuck] = ids;
    await service.webhook({ url: receiver.url, filter: { customerIds: ids, kinds: ['UPDATED'] } });
    let toFail = 0;
    receiver.respond(({ data }) => {
      if (data.customerId === stuck) return 500;
      toFail += 1;
      return toFail % 3 === 0 ? 500 : 200;
    });
    const rounds = 8;
    for (let round = 1; round <= rounds; round += 1) {
      await Promise.all(ids.map((id) => service.rename(id, `Round ${round}`)));
    }
    const taken = (id: string | undefined): number[] => [
      ...new Set(
        receiver.received
          .filter(({ data }) => data.customerId === id)
          .map(({ data }) => data.version ?? 0),
      ),
    ];
    const others = ids.slice(1);
    await until(() => others.every((id) => taken(id).includes(rounds + 1)), 'the others');
    const versions = Array.from({ length: rounds }, (_, at) => at + 2);
    for (const id of others) expect(taken(id)).toEqual(versions);
    const tries = taken(stuck);
    expect(tries).toEqual(versions.slice(0, tries.length));
  });
});

describe('rights', () => {
  test('decide what is told and what is listed, at the time that it is sent', async () => {
    await job.stop();
    job = service.startJob({ retryDelaysS: [1] });
    const staffId = newId();
    const [shared, foreign] = [await customer(), await customer()];
    await grant(shared, staffId);
    const filter = { subjects: ['customer.updated', 'alert.*'] };
    const { id } = await service.webhook({ url: receiver.url, filter }, partner(staffId));
    await service.rename(foreign, 'Not theirs');
    await service.rename(shared, 'Theirs');
    await tellAlert(foreign);
    // The company's own business, whatever is shared.
    await tellAlert(shared);
    await arrived(1);
    receiver.respond(() => 500);
    await service.rename(shared, 'Theirs while it fails');
    await arrived(2);
    await service.db.query('DELETE FROM shareGrant');
    await until(async () => (await deliveries(id, partner(staffId))).length === 1, 'withdrawn');
    await service.rename(shared, 'No longer theirs');
    await pause(300);

    expect(new Set(receiver.received.map(({ data }) => data.customerId))).toEqual(
      new Set([shared]),
    );
    expect(receiver.received.map(({ type }) => type)).not.toContain('alert.opened');
    const seen = receiver.received.map(({ data }) => data.version);
    expect(seen).not.toContain(4);
    const listed = await deliveries(id, partner(staffId));
    expect(listed.every(({ customerId }) => customerId === shared)).toBe(true);
  });

  test('of staff that has left end with it', async () => {
    const { data } = await service.execute(
      'mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { rows { id } } }',
      { input: { rows: [{ code: 'M-1', name: 'Manager' }] } },
    );
    const staffId = staffSchema.parse(data).upsertStaff.rows[0]?.id ?? '';
    const viewer = { subject: 'M-1', staffId, roles: ['manager' as const] };
    const { id } = await service.webhook({ url: receiver.url }, { viewer });
    await service.execute(
      'mutation ($input: UpsertStaffInput!) { upsertStaff(input: $input) { updated } }',
      { input: { rows: [{ code: 'M-1', name: 'Manager', active: false }] } },
    );
    await until(async () => (await state(id))['state'] === 'DISABLED', 'disabled');
    expect((await state(id))['disabledReason']).toMatch(/no longer active/);
  });
});

describe('a restart', () => {
  test('in the middle loses nothing and keeps the order', async () => {
    const id = await customer();
    await service.webhook({ url: receiver.url, filter: { customerIds: [id], kinds: ['UPDATED'] } });
    receiver.respond(() => pause(10).then(() => 200));
    const count = 40;
    for (let at = 1; at <= count; at += 1) {
      await service.rename(id, `Name ${at}`);
      if (at % 15 === 0) {
        const next = service.startJob();
        await job.stop();
        job = next;
      }
    }
    const versions = (): number[] => [
      ...new Set(receiver.received.map(({ data }) => data.version ?? 0)),
    ];
    await until(() => versions().includes(count + 1), 'the last');
    expect(versions()).toEqual(Array.from({ length: count }, (_, at) => at + 2));
  });

  test('of the log, wiped and published again, tells nothing twice', async () => {
    const id = await customer();
    await service.webhook({ url: receiver.url, filter: { customerIds: [id], kinds: ['UPDATED'] } });
    await service.rename(id, 'Before');
    await arrived(1);
    await service.stream.wipe();
    service.stream.cut();
    await service.stream.heal();
    await service.rename(id, 'After');
    await arrived(2);
    await pause(500);
    expect(receiver.received.map(({ data }) => data.version)).toEqual([2, 3]);
  });
});
