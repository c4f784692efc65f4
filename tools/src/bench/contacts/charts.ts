import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { chartCount, customer } from './network.ts';
import { at, timesOf } from './paths.ts';

const chart = `query ($id: ID!, $asOf: Date) { orgChart(customerId: $id, asOf: $asOf) {
  isTruncated nodes { depth parentId person { name } affiliation { department jobTitle } } } }`;

/** The org chart of the largest customer, as it is and as it was. */
export async function measureCharts(subgraph: Subgraph): Promise<Row[]> {
  const times = await timesOf(
    subgraph,
    (each) => ({
      query: chart,
      variables: { id: customer(0), asOf: each % 2 === 0 ? null : '2023-05-01' },
    }),
    40,
  );
  const id = `contacts.org chart.of ${chartCount} people`;
  return [
    atMost(30, { id: `${id}, p50`, value: at(times, 0.5), unit: 'ms' }),
    shown({ id: `${id}, p99`, value: at(times, 0.99), unit: 'ms' }),
  ];
}
