import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerDeleted } from '@crm/schemas/events/customer';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, ordered } from '../testing/events.ts';

let analytics: TestAnalytics;
const rep = newId();
const team = newId();
const ids = { big: newId(), small: newId(), equal: newId(), dollars: newId(), gone: newId() };

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    created(ids.big, { name: '大客户', level: 'STRATEGIC', ownerId: rep, teamId: team }),
    created(ids.small, { name: '小客户', level: 'SMALL', city: '成都' }),
    created(ids.equal, { name: '同额客户', level: 'SMALL' }),
    created(ids.dollars, { name: '美元客户' }),
    created(ids.gone, { name: '已删客户' }),
    ordered(ids.big, '900.50'),
    ordered(ids.big, '100.00'),
    ordered(ids.small, '70.00'),
    ordered(ids.equal, '70.00'),
    ordered(ids.dollars, '5000.00', { currency: 'USD' }),
    ordered(ids.gone, '99999.00'),
    eventOf(CustomerDeleted, { id: ids.gone, version: 2, customerId: ids.gone }, {}),
  ]);
});
afterAll(() => analytics.stop());

const REPORT = `query ($currency: String, $where: CustomerReportWhere, $orderBy: [OrderBy!], $first: Int, $after: String) {
  customerReport(currency: $currency, where: $where, orderBy: $orderBy, first: $first, after: $after) {
    nodes { customer { id } orderCount orderAmount { amount currency } orderAmountThisYear { amount } averageOrderAmount { amount } }
    pageInfo { hasNextPage endCursor } totalCount } }`;

async function report(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<{ readonly nodes: readonly string[]; readonly raw: unknown }> {
  const { data, errors } = await analytics.subgraph.execute(REPORT, variables, { viewer });
  expect(errors).toBeUndefined();
  const raw = Object(data?.['customerReport']);
  return { raw, nodes: raw.nodes.map((node: { customer: { id: string } }) => node.customer.id) };
}

const count = (variables: object): Promise<number> =>
  countStatements(analytics.db, () => report({ ...variables }));

const byAmount = [{ field: 'orderAmount', direction: 'DESC' }];

describe('customerReport', () => {
  test('ranks customers by what they ordered, page by page', async () => {
    const first = await report({ orderBy: byAmount, first: 2 });
    expect(first.raw).toMatchObject({
      nodes: [
        {
          customer: { id: ids.big },
          orderCount: 2,
          orderAmount: { amount: '1000.50', currency: 'CNY' },
          orderAmountThisYear: { amount: '1000.50' },
          averageOrderAmount: { amount: '500.25' },
        },
        { orderAmount: { amount: '70.00' } },
      ],
      pageInfo: { hasNextPage: true },
      totalCount: 4,
    });

    const after = Reflect.get(Object(first.raw), 'pageInfo').endCursor;
    const second = await report({ orderBy: byAmount, first: 2, after });
    expect(second.raw).toMatchObject({
      nodes: [
        { orderAmount: { amount: '70.00' } },
        { customer: { id: ids.dollars }, orderCount: 0, orderAmount: { amount: '0.00' } },
      ],
      pageInfo: { hasNextPage: false },
    });
    expect(new Set([...first.nodes, ...second.nodes]).size).toBe(4);
  });

  test('lists only those with business in another currency', async () => {
    expect((await report({ currency: 'USD', orderBy: byAmount })).raw).toMatchObject({
      nodes: [
        { customer: { id: ids.dollars }, orderAmount: { amount: '5000.00', currency: 'USD' } },
      ],
      totalCount: 1,
    });
  });

  test('filters by what customers are and by their figures at once', async () => {
    const where = {
      level: { eq: 'SMALL' },
      orderAmountThisYear: { gte: '70' },
      any: [{ city: { eq: '成都' } }, { orderCount: { gt: 5 } }],
    };
    expect((await report({ where })).nodes).toEqual([ids.small]);
  });

  test('shows a viewer the customers that he may read', async () => {
    const asRep = { roles: ['rep'], staffId: rep, teamIds: [team] };
    expect((await report({}, asRep)).nodes).toEqual([ids.big]);
    expect((await report({}, { roles: ['partner'] })).nodes).toEqual([]);
  });

  test('costs one statement, and one more for the total', async () => {
    expect(await count({})).toBe(2);
    // A page that the highest figures fill; the last one is looked for twice among the highest.
    expect(await count({ orderBy: byAmount, first: 2 })).toBe(2);
    expect(await count({ orderBy: byAmount, first: 20 })).toBe(4);
  });

  test.each(['orderAmount', 'orderCount', 'lastOrderOn', 'paymentAmount', 'receivable'])(
    'gives the same by %s a page at a time as in one go, in both directions',
    async (field) => {
      for (const direction of ['ASC', 'DESC']) {
        const orderBy = [{ field, direction }];
        const whole = await report({ orderBy, first: 20 });
        const found: string[] = [];
        let after: unknown = null;
        for (let page = 0; page < whole.nodes.length; page += 1) {
          const { nodes, raw } = await report({ orderBy, first: 1, after });
          found.push(...nodes);
          after = Reflect.get(Object(raw), 'pageInfo').endCursor;
        }
        expect(found).toEqual(whole.nodes);
        expect(new Set(found).size).toBe(4);
      }
    },
  );

  test.each([
    [{ currency: 'yuan' }, 'ISO 4217'],
    [{ orderBy: [{ field: 'principal' }] }, 'has no field "principal"'],
    [{ orderBy: [{ field: 'categories' }] }, "can't be sorted"],
    [{ first: 101 }, 'A page holds 0 to 100'],
    [{ after: 'nonsense' }, 'cursor'],
  ])('refuses %j', async (variables, message) => {
    const { errors } = await analytics.subgraph.execute(REPORT, variables);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'INVALID' },
    });
  });
});
