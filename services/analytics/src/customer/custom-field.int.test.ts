import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { findUnshapedFields } from '@crm/kit/record/custom-field';
import { shapeCustomField } from '@crm/kit/record/custom-field-job';
import { CustomFieldRetired } from '@crm/schemas/events/custom-field';
import { CustomerUpdated } from '@crm/schemas/events/customer';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import {
  apply,
  created,
  customerData,
  defined,
  eventOf,
  ordered,
  particulars,
} from '../testing/events.ts';
import { CustomerEntity } from './customer.fields.ts';

let analytics: TestAnalytics;
const ids = { big: newId(), small: newId(), bare: newId(), early: newId() };
const rep = newId();
const capacity = { id: newId(), key: 'annual_capacity' };

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    defined(capacity, { type: 'NUMBER' }),
    defined({ key: 'plant' }, { type: 'SELECT', options: ['North', 'South'] }),
    defined({ key: 'secret' }, { type: 'TEXT', class: 'CONFIDENTIAL' }),
    created(ids.big, { ownerId: rep, customFields: { annual_capacity: 900.5, plant: 'North' } }),
    particulars(ids.big, { paymentBehaviour: 'SLOW', customFields: { secret: 'audit' } }),
    created(ids.small, { customFields: { annual_capacity: 20, plant: 'South' } }),
    created(ids.bare),
    particulars(ids.early, { paymentBehaviour: 'PROMPT' }),
    ordered(ids.big, '100.00'),
    ordered(ids.small, '7.00'),
    ordered(ids.bare, '1.00'),
  ]);
});
afterAll(() => analytics.stop());

const REPORT = `query ($where: CustomerReportWhere, $orderBy: [OrderBy!], $first: Int, $after: String) {
  customerReport(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    nodes { customer { id } customFields { key value } } pageInfo { endCursor } } }`;

type Node = { readonly customer: { readonly id: string }; readonly customFields: unknown };

async function report(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<{ readonly ids: readonly string[]; readonly nodes: readonly Node[]; after: string }> {
  const { data, errors } = await analytics.subgraph.execute(REPORT, variables, { viewer });
  expect(errors).toBeUndefined();
  const { nodes, pageInfo } = Object(data?.['customerReport']);
  return {
    nodes,
    ids: nodes.map(({ customer }: Node) => customer.id),
    after: pageInfo.endCursor,
  };
}

async function refusal(
  variables: Readonly<Record<string, unknown>>,
  viewer = {},
): Promise<unknown> {
  const { errors } = await analytics.subgraph.execute(REPORT, variables, { viewer });
  return errors?.[0]?.extensions?.['code'];
}

async function byPlant(field: string): Promise<unknown> {
  const { data, errors } = await analytics.subgraph.execute(
    `query ($groupBy: [GroupBy!], $measures: [Measure!]!) {
      factAggregate(fact: ORDER, groupBy: $groupBy, measures: $measures) {
        rows { keys { value } values { value } } } }`,
    { groupBy: [{ field }], measures: [{ fn: 'SUM', field: 'amount' }] },
  );
  expect(errors).toBeUndefined();
  return Object(data?.['factAggregate']).rows.map(
    ({ keys, values }: Record<string, { value: string }[]>) => [
      keys?.[0]?.value,
      values?.[0]?.value,
    ],
  );
}

/** What a custom field must be good for, whether it has an index or not. */
const uses = (): void => {
  test('filters, sorts and pages a report', async () => {
    const big = [{ key: 'annual_capacity', op: 'GT', value: 100 }];
    expect((await report({ where: { customFields: big } })).ids).toEqual([ids.big]);
    const orderBy = [{ field: 'custom.annual_capacity', direction: 'DESC' }];
    const first = await report({ orderBy, first: 1 });
    expect(first.nodes[0]).toEqual({
      customer: { id: ids.big },
      customFields: [
        { key: 'annual_capacity', value: 900.5 },
        { key: 'plant', value: 'North' },
        { key: 'secret', value: 'audit' },
      ],
    });
    const after = await report({ orderBy, after: first.after });
    expect(after.ids).toEqual([ids.small, ids.bare]);
  });

  test('groups facts', async () => {
    expect(await byPlant('customer.custom.plant')).toEqual([
      [null, '1.00'],
      ['North', '100.00'],
      ['South', '7.00'],
    ]);
  });
};

describe('a custom field of customers', () => {
  uses();

  test('that is confidential is used by those who may read it, and masked for others', async () => {
    const where = { customFields: [{ key: 'secret', value: 'audit' }] };
    expect((await report({ where })).ids).toEqual([ids.big]);
    const asRep = { roles: ['rep'], staffId: rep };
    expect(await refusal({ where }, asRep)).toBe('FORBIDDEN');
    const own = await report({}, asRep);
    expect(own.nodes[0]?.customFields).not.toEqual(
      expect.arrayContaining([{ key: 'secret', value: 'audit' }]),
    );
    const asCare = await report({ where: { id: { eq: ids.big } } }, { roles: ['care_agent'] });
    expect(asCare.nodes[0]?.customFields).toHaveLength(2);
  });

  test('that nobody defined is refused by name', async () => {
    const where = { customFields: [{ key: 'nothing', value: 1 }] };
    const { errors } = await analytics.subgraph.execute(REPORT, { where });
    expect(errors?.[0]?.message).toContain('Customer has no custom field "nothing"');
  });

  describe('with an index', () => {
    beforeAll(async () => {
      await apply(analytics.db, [
        defined(capacity, { type: 'NUMBER', indexed: true }, 2),
        // Late, and of before: it must not take the index away.
        defined(capacity, { type: 'NUMBER' }, 1),
      ]);
      for (const field of await findUnshapedFields(analytics.db.manager)) {
        await shapeCustomField(analytics.db.manager, field, {
          entities: [CustomerEntity],
          patient: analytics.db,
        });
      }
    });
    uses();

    test('is found by it', async () => {
      expect(await stateOf('annual_capacity')).toBe('READY');
    });

    test('loses it when it is retired', async () => {
      await apply(analytics.db, [
        eventOf(
          CustomFieldRetired,
          { id: capacity.id, version: 3 },
          { ...definition('annual_capacity'), indexed: true },
        ),
      ]);
      expect(await stateOf('annual_capacity')).toBe('REMOVING');
    });
  });
});

async function stateOf(key: string): Promise<string | undefined> {
  const [row]: { indexState: string }[] = await analytics.db.query(
    'SELECT indexState FROM customField WHERE `key` = ?',
    [key],
  );
  return row?.indexState;
}

const definition = (key: string) => ({
  entity: 'Customer',
  key,
  type: 'NUMBER' as const,
  labels: { zh: '年产能', en: 'Annual capacity' },
  class: 'INTERNAL' as const,
  indexed: false,
  options: [],
});

const behaviour = (value: string) => ({ finance: { paymentBehaviour: { eq: value } } });

describe('what is confidential of a customer', () => {
  test('is used by those who may read it', async () => {
    expect((await report({ where: behaviour('SLOW') })).ids).toEqual([ids.big]);
    const asRep = { roles: ['rep'], staffId: rep };
    expect(await refusal({ where: behaviour('SLOW') }, asRep)).toBe('FORBIDDEN');
  });

  test('waits for the customer when it is told first', async () => {
    expect((await report({ where: behaviour('PROMPT') })).ids).toEqual([]);
    await apply(analytics.db, [created(ids.early, { name: '迟到客户' })]);
    expect((await report({ where: behaviour('PROMPT') })).ids).toEqual([ids.early]);
  });

  test('stays as it is when the customer changes, and is not overwritten by what is older', async () => {
    const data = { ...customerData({ customFields: { plant: 'South' } }), changes: {} };
    await apply(analytics.db, [
      eventOf(CustomerUpdated, { id: ids.big, customerId: ids.big, version: 3 }, data),
      particulars(ids.big, { paymentBehaviour: 'AVERAGE', customFields: { secret: 'new' } }, 4),
    ]);
    await analytics.db.query('DELETE FROM inbox');
    await apply(analytics.db, [particulars(ids.big, { paymentBehaviour: 'SLOW' }, 1)]);
    const { nodes } = await report({ where: behaviour('AVERAGE') });
    expect(nodes.map(({ customFields }) => customFields)).toEqual([
      [
        { key: 'plant', value: 'South' },
        { key: 'secret', value: 'new' },
      ],
    ]);
  });
});

test('a definition of another kind of record is none of customers', async () => {
  await apply(analytics.db, [defined({ key: 'grade' }, { entity: 'Opportunity', type: 'TEXT' })]);
  expect(await stateOf('grade')).toBeUndefined();
});
