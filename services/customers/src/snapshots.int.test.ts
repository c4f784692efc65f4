import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Bus } from '@crm/kit/event/bus';
import { decode } from '@crm/kit/event/envelope';
import type { EventType } from '@crm/kit/event/event';
import { tellSnapshots } from '@crm/kit/event/snapshot';
import { testStream, type TestStream } from '@crm/kit/testing/bus';
import { until } from '@crm/kit/testing/until';
import { CustomFieldDefined } from '@crm/schemas/events/custom-field';
import { CustomerCreated, CustomerParticularsChanged } from '@crm/schemas/events/customer';
import { StaffUpserted, TeamChanged } from '@crm/schemas/events/directory';
import { CustomerRelationEstablished } from '@crm/schemas/events/customer-relation';
import { OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { ProductUpserted } from '@crm/schemas/events/product';
import { ReceivableOpened } from '@crm/schemas/events/receivable';
import { VocabularyTermSaved } from '@crm/schemas/events/vocabulary';
import { snapshots } from './snapshots.ts';
import { startCustomers, type TestCustomers } from './testing/customers.ts';

let service: TestCustomers;
let stream: TestStream;
let bus: Bus;

beforeAll(async () => {
  service = await startCustomers();
  stream = await testStream();
  bus = stream.connect();
  await until(() => bus.isConnected(), { what: 'NATS connected' });
  await bus.ensureStream();
});
afterAll(async () => {
  await stream.close();
  await service.stop();
});

const definition = (key = '', fieldClass = ''): object => ({
  entity: 'Customer',
  key,
  type: 'TEXT',
  labels: { zh: key, en: key },
  class: fieldClass,
});

const types: readonly EventType[] = [
  CustomFieldDefined,
  CustomerParticularsChanged,
  CustomerCreated,
  CustomerRelationEstablished,
  OrderRecorded,
  ReceivableOpened,
  PaymentReceived,
  StaffUpserted,
  TeamChanged,
  ProductUpserted,
  VocabularyTermSaved,
];

async function done(
  mutation: string,
  input: object,
  name = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`,
): Promise<Record<string, unknown>> {
  const what = whatOf(mutation);
  const { data, errors } = await service.execute(
    `mutation ($input: ${name}!) { done: ${mutation}(input: $input) { ${what} } }`,
    { input },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return Object(data?.['done']);
}

function whatOf(mutation: string): string {
  if (mutation === 'defineCustomField') return 'key';
  return mutation.startsWith('upsert') ? 'rows { id }' : 'id';
}

test('all that others keep of live records is told, in the form of their first events', async () => {
  const code = { code: 'S-1', name: 'One' };
  for (const mutation of ['upsertTeams', 'upsertStaff', 'upsertProducts']) {
    await done(mutation, { rows: [code] });
  }
  for (const [key, of] of [
    ['open', 'INTERNAL'],
    ['closed', 'CONFIDENTIAL'],
    ['private', 'SENSITIVE'],
  ]) {
    await done('defineCustomField', definition(key, of), 'CustomFieldDefinitionInput');
  }
  const { id: customerId } = await done('createCustomer', {
    ...code,
    finance: { paymentBehaviour: 'SLOW' },
    customFields: ['open', 'closed', 'private'].map((key) => ({ key, value: `of ${key}` })),
  });
  const order = {
    customerId,
    orderedOn: '2026-11-01',
    dueOn: '2026-12-01',
    lines: [{ quantity: '1', unitPrice: '10.00' }],
  };
  await done('recordOrder', order);
  const { id: cancelled } = await done('recordOrder', order);
  await done('cancelOrder', { id: cancelled, reason: 'a mistake' });
  await done('recordPayment', {
    customerId,
    receivedOn: '2026-11-02',
    amount: { amount: '4.00', currency: 'CNY' },
    method: 'CASH',
  });
  const { id: endUser } = await done('createCustomer', { code: 'S-3', name: 'Three' });
  await done('relateCustomers', { fromId: customerId, type: 'SUPPLIES', toId: endUser });
  const { id: deleted } = await done('createCustomer', { code: 'S-2', name: 'Two' });
  await done('deleteCustomer', { id: deleted }, 'DeleteInput');

  await tellSnapshots({ db: service.db, bus, service: 'customers' }, snapshots);
  const history = await bus.history({ subject: 'crm.snapshot.>', afterSeq: 0 });
  const told = (await history.next(200)).map((message) => decode(message));
  await history.close();

  for (const event of told) {
    const type = types.find((each) => each.type === event.type);
    expect(type?.data.safeParse(event.data).error?.issues).toBeUndefined();
    expect(event.visibility).toBe('snapshot');
  }
  expect([...new Set(told.map(({ type }) => type))].toSorted()).toEqual(
    types.map(({ type }) => type).toSorted(),
  );
  expect(told.find(({ type }) => type === 'customer.created')?.data).toMatchObject({
    customFields: { open: 'of open' },
  });
  expect(told.find(({ type }) => type === 'customer.particulars_changed')?.data).toMatchObject({
    paymentBehaviour: 'SLOW',
    customFields: { closed: 'of closed' },
  });
  expect(JSON.stringify(told)).not.toContain('of private');
  const terms = told.filter(({ type }) => type === 'vocabularyterm.saved');
  expect(terms.map(({ data }) => data)).toContainEqual(
    expect.objectContaining({ code: 'KEY', labels: { zh: '重点客户', en: 'Key' } }),
  );
  expect(told.find(({ type }) => type === 'receivable.opened')).toMatchObject({
    version: 2,
    customerId,
    data: { balance: { amount: '6.00' } },
  });
});
