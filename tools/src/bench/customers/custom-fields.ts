import { atMost, shown, type Row } from '../measurement.ts';
import type { Subgraph } from './subgraph.ts';

const page = `query ($where: CustomerWhere, $orderBy: [OrderBy!]) {
  customers(where: $where, orderBy: $orderBy, first: 50) { nodes { id code name } } }`;

const timesMax = 2;
const times = 51;

/** The same question of an indexed custom field and of a column that holds about as many values. */
export async function measureFields(subgraph: Subgraph): Promise<Row[]> {
  const pairs: readonly (readonly [name: string, column: object, custom: object])[] = [
    [
      'filter',
      { where: { level: { eq: 'REGULAR' } } },
      { where: { customFields: [{ key: 'size', op: 'EQ', value: 'M' }] } },
    ],
    [
      'few',
      { where: { level: { eq: 'STRATEGIC' } } },
      { where: { customFields: [{ key: 'region', op: 'EQ', value: 'R7' }] } },
    ],
    ['sort', { orderBy: [{ field: 'updatedAt' }] }, { orderBy: [{ field: 'custom.score' }] }],
  ];
  const rows: Row[] = [];
  for (const [name, column, custom] of pairs) {
    const columnMs = await subgraph.median({ query: page, variables: { ...column } }, times);
    const customMs = await subgraph.median({ query: page, variables: { ...custom } }, times);
    rows.push(
      shown({ id: `customers.custom.${name}.column`, value: columnMs, unit: 'ms' }),
      shown({ id: `customers.custom.${name}.field`, value: customMs, unit: 'ms' }),
      atMost(timesMax, {
        id: `customers.custom.${name}`,
        value: customMs / columnMs,
        unit: 'times',
      }),
    );
  }
  return rows;
}
