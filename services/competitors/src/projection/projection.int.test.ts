import type { Database } from '@crm/kit/database/database';
import type { Bus } from '@crm/kit/event/bus';
import { rebuild } from '@crm/kit/event/rebuild';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import { testDatabase } from '@crm/kit/testing/database';
import { eventOf, publishEvents } from '@crm/kit/testing/events';
import { until } from '@crm/kit/testing/until';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AccessGranted } from '@crm/schemas/events/access';
import { CustomerCreated, CustomerMerged } from '@crm/schemas/events/customer';
import { CustomerRelationEstablished } from '@crm/schemas/events/customer-relation';
import { StaffUpserted } from '@crm/schemas/events/directory';
import { OpportunityLost, OpportunityOpened } from '@crm/schemas/events/opportunity';
import { ProductUpserted } from '@crm/schemas/events/product';
import { projection } from '../consumers.ts';
import { migrations } from '../migrations/index.ts';
import { testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, customerData, opened, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;
let beside: Database;
let stream: TestStream;
let bus: Bus;

beforeAll(async () => {
  competitors = await testCompetitors();
  stream = await testStream();
  bus = stream.connect();
  await until(() => bus.isConnected(), { what: 'NATS connected' });
  await bus.ensureStream();
});
afterAll(async () => {
  await stream.close();
  await competitors.stop();
});

async function renew(options: { readonly acceptsLoss?: boolean } = {}): Promise<void> {
  beside = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const log = createLog('test', 'silent');
  try {
    await rebuild({ db: competitors.db, beside, bus, projection, log, ...options });
  } finally {
    await beside.destroy();
  }
}

const customer = (id: string, more: object = {}) =>
  eventOf(CustomerCreated, { id, customerId: id }, { ...customerData, ...more });

const LANDSCAPE = `{ competitiveLandscape(where: { industries: ["MINING"] }) {
  competitors { competitor { id } customers contested lost } } }`;

test('who has listened since lately knows what was told before, and its records follow', async () => {
  const { db } = competitors;
  const [seller, user, former] = [newId(), newId(), newId()];
  const [staff, product, grantee, later] = [newId(), newId(), newId(), newId()];
  // What it has, from the little that it has heard.
  await addCustomer(db);
  const known = await addCustomer(db);
  const opportunityId = await tellOpportunity(db, known);
  const competitorId = await competitors.create({ name: '华创' });
  const contestId = await competitors.made('addCompetitorToOpportunity', {
    opportunityId,
    competitorId,
  });
  await db.query(
    'UPDATE competitor SET linkedCustomerId = UUID_TO_BIN(?) WHERE id = UUID_TO_BIN(?)',
    [former, competitorId],
  );
  const measure = {
    opportunityCompetitorId: contestId,
    ownerId: staff,
    dueOn: '2099-01-01',
    action: '降价',
  };
  expect(await competitors.refusal('planCountermeasure', measure)).toEqual(['INVALID', 'ownerId']);

  const supply = { type: 'SUPPLIES', fromId: seller, fromKind: 'CUSTOMER', toId: user } as const;
  await publishEvents(bus, [
    eventOf(
      StaffUpserted,
      { id: staff },
      { code: 'S', name: '王芳', active: true, managerId: null, teamId: null },
    ),
    eventOf(
      ProductUpserted,
      { id: product },
      { code: 'P', name: 'P', category: null, active: true },
    ),
    ...[seller, user, former].map((id) => customer(id)),
    customer(known),
    eventOf(
      CustomerMerged,
      { id: former, version: 2, customerId: former },
      { survivorId: known, ownerId: null, teamId: null },
    ),
    eventOf(
      CustomerRelationEstablished,
      { id: newId(), customerId: seller },
      { ...supply, toKind: 'CUSTOMER', validFrom: null, validTo: null },
    ),
    eventOf(
      AccessGranted,
      { id: newId(), customerId: known },
      { resourceId: known, granteeId: grantee, access: 'READ', expiresAt: null },
    ),
    eventOf(OpportunityOpened, { id: opportunityId, customerId: known }, opened),
    eventOf(
      OpportunityLost,
      { id: opportunityId, version: 2, customerId: known },
      { ...opened, status: 'LOST', closedOn: '2026-05-01' },
    ),
    eventOf(OpportunityOpened, { id: later, customerId: user }, opened),
  ]);

  await expect(renew()).rejects.toThrow('told of 1 rows of customerAccess');
  await renew({ acceptsLoss: true });

  expect((await competitors.execute(LANDSCAPE)).data?.['competitiveLandscape']).toEqual({
    competitors: [{ competitor: { id: competitorId }, customers: 1, contested: 1, lost: 1 }],
  });
  await competitors.made('addCompetitorToOpportunity', { opportunityId: later, competitorId });
  await competitors.made('saveCompetitorProduct', {
    competitorId,
    name: 'HC-200',
    rivalOf: [product],
  });
  await competitors.made('planCountermeasure', measure);
  const { data } = await competitors.execute(
    `query ($id: ID!) { competitor(id: $id) { linkedCustomer { id } }
      channels { channels { distributor { id } } } }`,
    { id: competitorId },
  );
  expect(data).toMatchObject({
    competitor: { linkedCustomer: { id: known } },
    channels: { channels: [{ distributor: { id: seller } }] },
  });
  expect(
    await db.query('SELECT COUNT(*) AS count FROM shareGrant WHERE granteeId = UUID_TO_BIN(?)', [
      grantee,
    ]),
  ).toEqual([{ count: 1 }]);
});
