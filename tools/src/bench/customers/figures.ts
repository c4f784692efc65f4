import { atMost, type Row } from '../measurement.ts';
import type { Subgraph } from './subgraph.ts';

const figures = `query ($groupBy: [GroupBy!], $where: CustomerWhere) {
  customerAggregate(where: $where, groupBy: $groupBy, measures: [{ fn: COUNT }], first: 1000) {
    rows { keys { value } values { value } } } }`;

const boundMs = 1000;

/** Counts over all customers by what they are usually counted by. */
export async function measureFigures(subgraph: Subgraph): Promise<Row[]> {
  const rows: Row[] = [];
  for (const fields of [
    ['level', 'ownerId'],
    ['ownerId', 'level'],
    ['lifecycleStage'],
    ['custom.size'],
  ]) {
    const groupBy = fields.map((field) => ({ field }));
    const ms = await subgraph.median({ query: figures, variables: { groupBy } }, 5);
    rows.push(
      atMost(boundMs, { id: `customers.figures.${fields.join(' and ')}`, value: ms, unit: 'ms' }),
    );
  }
  return rows;
}
