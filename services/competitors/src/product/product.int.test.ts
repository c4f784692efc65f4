import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import type { TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ProductUpserted } from '@crm/schemas/events/product';
import { productConsumers as consumers } from './product.consumer.ts';
import { idOf, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';

let competitors: TestCompetitors;
let competitorId: string;

beforeAll(async () => {
  competitors = await testCompetitors();
  competitorId = await competitors.create({ name: '华创' });
});
afterAll(() => competitors.stop());

const SAVE = `mutation ($input: SaveCompetitorProductInput!) { saveCompetitorProduct(input: $input) {
  id version name status listPrice { amount currency } launchedOn rivalOf { id } competitor { name }
} }`;
const BULK = `mutation ($input: SaveCompetitorProductsInput!) { saveCompetitorProducts(input: $input) {
  created updated unchanged refused rows { outcome problems { path } }
} }`;
const REMOVE = `mutation ($input: RemoveCompetitorProductInput!) { removeCompetitorProduct(input: $input) { id } }`;
const RIVALS = `query ($products: [_Any!]!) { _entities(representations: $products) { ... on Product {
  id rivals(orderBy: [{ field: "name" }]) { totalCount nodes { name } }
} } }`;

/** Applies the events of so many new products of ours; gives their ids. */
async function newProducts(count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, newId);
  for (const aggregateId of ids) {
    const event: RecordedEvent = {
      eventId: newId(),
      type: ProductUpserted.type,
      schemaVersion: 1,
      visibility: 'public',
      aggregate: 'product',
      aggregateId,
      version: 1,
      customerId: null,
      actor: null,
      changedFields: [],
      occurredAt: new Date().toISOString(),
      trace: null,
      data: { code: 'P', name: 'P', category: null, active: true },
    };
    for (const { prepare } of consumers) await prepare(event)(competitors.db.manager);
  }
  return ids;
}

const save = (input: object): Promise<TestResult> => competitors.execute(SAVE, { input });

const rivalsOf = async (ids: readonly string[]): Promise<unknown> =>
  (
    await competitors.execute(RIVALS, {
      products: ids.map((id) => ({ __typename: 'Product', id })),
    })
  ).data?.['_entities'];

describe('saveCompetitorProduct', () => {
  test('records a product, changes it, and tells of both', async () => {
    const input = {
      name: 'HC-200 伺服',
      listPrice: { amount: '12800.00', currency: 'CNY' },
      launchedOn: '2026-03-01',
    };
    const first = await save({ competitorId, ...input });
    expect(first.data?.['saveCompetitorProduct']).toMatchObject({
      ...input,
      competitor: { name: '华创' },
      version: 1,
      status: 'ON_SALE',
      rivalOf: [],
    });

    const id = idOf(first.data?.['saveCompetitorProduct']);
    const second = await save({ id, expectedVersion: 1, status: 'DISCONTINUED' });
    expect(second.data?.['saveCompetitorProduct']).toMatchObject({
      version: 2,
      status: 'DISCONTINUED',
    });
    expect(
      await competitors.db.query(
        'SELECT type, version FROM outbox WHERE aggregate = "competitorproduct"',
      ),
    ).toEqual([
      { type: 'competitorproduct.saved', version: 1 },
      { type: 'competitorproduct.saved', version: 2 },
    ]);
  });

  test.each([
    ['competitorId', { competitorId: newId() }],
    ['competitorId', { competitorId: null }],
    ['name', { name: '' }],
    ['rivalOf', { rivalOf: ['not-an-id'] }],
    ['rivalOf', { rivalOf: [newId()] }],
    ['listPrice.amount', { listPrice: { amount: '-1', currency: 'CNY' } }],
  ])('refuses a bad %s', async (path, input) => {
    const { errors } = await save({ competitorId, name: '坏', ...input });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID', fields: [{ path }] });
  });

  test('refuses a second live product of one name', async () => {
    await save({ competitorId, name: '同名' });

    expect((await save({ competitorId, name: '同名' })).errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'name' }],
    });
  });
});

describe('saveCompetitorProducts', () => {
  test('matches by competitor and name and changes nothing when run again', async () => {
    const row = { competitorId, name: '批量', category: '伺服', rivalOf: await newProducts(1) };
    const rows = [row, { competitorId: newId(), name: '无主' }];

    const first = await competitors.execute(BULK, { input: { rows } });
    expect(first.data?.['saveCompetitorProducts']).toMatchObject({
      created: 1,
      refused: 1,
      rows: [{ outcome: 'CREATED' }, { problems: [{ path: 'competitorId' }] }],
    });
    const again = await competitors.execute(BULK, { input: { rows: [row] } });
    expect(again.data?.['saveCompetitorProducts']).toMatchObject({ unchanged: 1, created: 0 });
  });
});

describe('Product.rivals', () => {
  test('follows rivalOf, and leaves out what was removed', async () => {
    const [ours = '', other = ''] = await newProducts(2);
    const first = await save({ competitorId, name: 'R-1', rivalOf: [ours, other] });
    await save({ competitorId, name: 'R-2', rivalOf: [ours] });
    expect(await rivalsOf([ours, other])).toEqual([
      { id: ours, rivals: { totalCount: 2, nodes: [{ name: 'R-1' }, { name: 'R-2' }] } },
      { id: other, rivals: { totalCount: 1, nodes: [{ name: 'R-1' }] } },
    ]);

    const id = idOf(first.data?.['saveCompetitorProduct']);
    await save({ id, rivalOf: [other] });
    expect(await rivalsOf([ours])).toMatchObject([{ rivals: { nodes: [{ name: 'R-2' }] } }]);
    await competitors.execute(REMOVE, { input: { id } });
    expect(await rivalsOf([other])).toMatchObject([{ rivals: { totalCount: 0, nodes: [] } }]);
  });

  test('costs the same statements for one product and for many', async () => {
    const products = await newProducts(20);
    await save({ competitorId, name: '通吃', rivalOf: products });

    const one = await countStatements(competitors.db, () => rivalsOf(products.slice(0, 1)));
    expect(await countStatements(competitors.db, () => rivalsOf(products))).toBe(one);
    expect(one).toBe(2);
  });
});

test('a deleted competitor leaves its products readable, without it', async () => {
  const id = await competitors.create({ name: '将撤' });
  const saved = await save({ competitorId: id, name: '遗产' });
  await competitors.execute('mutation ($id: ID!) { deleteCompetitor(input: { id: $id }) { id } }', {
    id,
  });

  const read = await competitors.execute(
    'query ($id: ID!) { competitorProduct(id: $id) { name competitor { name } } }',
    { id: idOf(saved.data?.['saveCompetitorProduct']) },
  );
  expect(read).toMatchObject({
    data: { competitorProduct: { name: '遗产', competitor: null } },
  });
});
