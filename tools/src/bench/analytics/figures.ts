import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, type Row } from '../measurement.ts';

const aggregate = `query ($fact: FactKind!, $where: FactWhere, $groupBy: [GroupBy!], $measures: [Measure!]!) {
  factAggregate(fact: $fact, where: $where, groupBy: $groupBy, measures: $measures, first: 1000) {
    rows { keys { value } values { value currency } } } }`;

const overAllMsMax = 2000;
const overYearMsMax = 300;

/** The day of each kind of fact, and what is counted of it. */
const kinds = [
  { fact: 'ORDER', day: 'orderedOn', measure: { fn: 'SUM', field: 'amount' } },
  { fact: 'PAYMENT', day: 'receivedOn', measure: { fn: 'SUM', field: 'amount' } },
  { fact: 'RECEIVABLE', day: 'dueOn', measure: { fn: 'SUM', field: 'balance' } },
  { fact: 'INTERACTION', day: 'occurredAt', measure: { fn: 'COUNT' } },
] as const;

/** Figures of each kind of fact by month and by the level of the customer. */
export async function measureFigures(subgraph: Subgraph): Promise<Row[]> {
  const lastYear = new Date().getUTCFullYear() - 1;
  const rows: Row[] = [];
  for (const { fact, day, measure } of kinds) {
    const variables = {
      fact,
      groupBy: [{ field: day, bucket: 'MONTH' }, { field: 'customer.level' }],
      measures: [measure],
    };
    const isDate = day !== 'occurredAt';
    const ofYear = {
      gte: isDate ? `${lastYear}-01-01` : `${lastYear}-01-01T00:00:00+08:00`,
      lt: isDate ? `${lastYear + 1}-01-01` : `${lastYear + 1}-01-01T00:00:00+08:00`,
    };
    const median = (where: object): Promise<number> =>
      subgraph.median(
        {
          query: aggregate,
          variables: { ...variables, where },
          lane: 'reporting',
          forMs: 120_000,
        },
        3,
      );
    const all = await median({});
    const year = await median({ [day]: ofYear });
    const id = `analytics.figures.${fact.toLowerCase()} by month and level`;
    rows.push(
      atMost(overAllMsMax, { id, value: all, unit: 'ms' }),
      atMost(overYearMsMax, { id: `${id}, a year`, value: year, unit: 'ms' }),
    );
  }
  return rows;
}
