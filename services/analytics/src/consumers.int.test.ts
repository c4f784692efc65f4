import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startConsumers } from '@crm/kit/event/consume';
import type { Database } from '@crm/kit/database/database';
import type { NewEvent, RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { recordMany } from '@crm/kit/event/outbox';
import { startRelay } from '@crm/kit/event/relay';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import { testDatabase } from '@crm/kit/testing/database';
import { until } from '@crm/kit/testing/until';
import { CustomerCreated, CustomerMerged } from '@crm/schemas/events/customer';
import { OrderAmended, OrderRecorded } from '@crm/schemas/events/order';
import { consumers, projection } from './consumers.ts';
import { migrations } from './migrations/index.ts';
import { apply, created, customerData, eventOf, orderData, ordered } from './testing/events.ts';

const log = createLog('test', 'silent');
const tables = ['customer', 'orderFact', 'customerFigure', 'inbox'];
let db: Database;

beforeAll(async () => {
  db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
});
afterAll(() => db.destroy());
beforeEach(async () => {
  for (const table of tables) await db.query(`DELETE FROM ${table}`);
});

const figures = (): Promise<unknown> =>
  db.query('SELECT currency, orderCount, orderAmount FROM customerFigure ORDER BY currency');

async function tablesOf(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }[]>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
  );
  return rows.map(({ name }) => name);
}

/** What the company set up, and what was made of it: not told by events of others. */
const kept: readonly string[] = [
  'customerChange',
  'customerDue',
  'dirtySubject',
  'distribution',
  'evaluationModel',
  'evaluationModelVersion',
  'evaluationRun',
  'evaluationSimulation',
  'simulatedMover',
  'indicator',
  'performanceTarget',
  'pyramidDefinition',
  'pyramidPlacement',
  'pyramidSnapshot',
  'score',
  'scoreHistory',
  'scoreOverride',
  'segment',
  'segmentMember',
  'segmentPick',
  'segmentSweep',
  'stageRule',
  'stageSuggestion',
  'stageSweep',
];

test('every table of this service is made anew from events, or known to be none of those', async () => {
  const kit = await testDatabase({ entities: [], migrations: kitMigrations });
  const ofKit = await tablesOf(kit);
  await kit.destroy();
  const own = (await tablesOf(db)).filter((name) => !ofKit.includes(name));
  const projected = projection.tables.filter((name) => !ofKit.includes(name));
  expect(own.toSorted()).toEqual([...projected, ...kept].toSorted());
});

describe('applying events', () => {
  const id = newId();
  const orderId = newId();
  const recorded = eventOf(
    OrderRecorded,
    { id: orderId, customerId: id },
    orderData('1.00', '2026-01-01'),
  );
  const amended = eventOf(
    OrderAmended,
    { id: orderId, customerId: id, version: 2 },
    orderData('2.00', '2026-01-01'),
  );
  const outcome = [{ currency: 'CNY', orderCount: 1, orderAmount: '2.00' }];

  test('twice changes nothing', async () => {
    await apply(db, [created(id), recorded, amended]);
    await apply(db, [created(id), recorded, amended]);
    expect(await figures()).toEqual(outcome);
  });

  test('moves figures with what has another customer now', async () => {
    const survivor = newId();
    await apply(db, [created(id), created(survivor), recorded, ordered(survivor, '5.00')]);
    const about = { customerId: survivor, version: 2, changedFields: ['customerId'] };
    await apply(db, [
      eventOf(CustomerMerged, { id, version: 2, customerId: id }, { survivorId: survivor }),
      eventOf(OrderAmended, { id: orderId, ...about }, orderData('1.00', '2026-01-01')),
    ]);
    const rows = await db.query(
      `SELECT BIN_TO_UUID(customerId) AS id, orderCount, orderAmount FROM customerFigure
       WHERE currency = 'CNY' ORDER BY orderCount`,
    );
    expect(rows).toEqual([
      { id, orderCount: 0, orderAmount: '0.00' },
      { id: survivor, orderCount: 2, orderAmount: '6.00' },
    ]);
  });

  test('again from the start, on top of what is there, changes nothing', async () => {
    await apply(db, [created(id), recorded, amended]);
    await db.query('DELETE FROM inbox');
    await apply(db, [recorded]);
    expect(await figures()).toEqual(outcome);
    await apply(db, [created(id), recorded, amended]);
    expect(await figures()).toEqual(outcome);
  });

  test('an order before its customer comes to the same', async () => {
    await apply(db, [recorded, amended, created(id)]);
    expect(await figures()).toEqual(outcome);
  });

  test('in any batches, rebuilt from nothing, comes to the same', async () => {
    const events = [created(id), ...Array.from({ length: 20 }, (_, at) => ordered(id, `${at}.50`))];
    await apply(db, events);
    const once = await figures();
    for (const table of tables) await db.query(`DELETE FROM ${table}`);
    for (const event of events) await apply(db, [event]);
    expect(await figures()).toEqual(once);
  });

  test('of one customer in two transactions at once loses none', async () => {
    await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        apply(db, [ordered(id, `${at}.00`), ordered(id, '1.00')]),
      ),
    );
    expect(await figures()).toEqual([{ currency: 'CNY', orderCount: 16, orderAmount: '36.00' }]);
  });
});

const told = ({
  aggregateId,
  version,
  customerId,
}: RecordedEvent): Omit<NewEvent, 'data' | 'type'> => ({
  aggregateId,
  version,
  customerId,
  actor: null,
  changedFields: [],
});

describe('events over the bus', () => {
  let source: Database;
  let stream: TestStream;
  const running: { readonly stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    source = await testDatabase({ entities: [], migrations: kitMigrations });
    stream = await testStream();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  afterAll(async () => {
    await stream.close();
    await source.destroy();
  });

  const tell = (events: readonly NewEvent[]): Promise<void> =>
    source.transaction((manager) => recordMany(manager, events));
  test('arrive though NATS goes away in between', async () => {
    const bus = stream.connect();
    running.push(
      startRelay({ db: source, bus, service: 'customers', log }),
      startConsumers({ db, bus, service: 'analytics', consumers, log }),
    );
    const id = newId();
    const order = (amount: string): NewEvent => ({
      ...told(ordered(id, amount)),
      type: OrderRecorded,
      data: orderData(amount, '2026-01-01'),
    });
    await tell([
      { ...told(created(id)), type: CustomerCreated, data: customerData() },
      order('1.00'),
    ]);
    const has = (amount: string) => async () =>
      JSON.stringify(await figures()).includes(`"orderAmount":"${amount}"`);
    await until(has('1.00'), { what: 'the first order' });

    stream.cut();
    await tell([order('2.00')]);
    await stream.heal();
    await until(has('3.00'), { what: 'the second order' });
    expect(await figures()).toEqual([{ currency: 'CNY', orderCount: 2, orderAmount: '3.00' }]);
  });
});
