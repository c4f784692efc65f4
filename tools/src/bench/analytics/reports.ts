import type { Mesh } from '../../mesh/mesh.ts';
import { viewersOf } from '../customers/pages.ts';
import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, type Row } from '../measurement.ts';

const report = `query ($where: CustomerReportWhere, $orderBy: [OrderBy!]) {
  customerReport(where: $where, orderBy: $orderBy, first: 50) { nodes {
    customer { id } orderCount orderAmount { amount } receivable { amount } overdue { amount } } } }`;

const msMax = 500;

/** What a reporting tool asks: customers by what is known of them and by their figures. */
const questions: Readonly<Record<string, object>> = {
  'most ordered': { orderBy: [{ field: 'orderAmount', direction: 'DESC' }] },
  'most ordered of a level and city': {
    where: { level: { eq: 'KEY' }, city: { eq: '苏州' } },
    orderBy: [{ field: 'orderAmount', direction: 'DESC' }],
  },
  'owing, not seen for long': {
    where: { receivable: { gt: '100000' }, lastInteractionAt: { lt: '2026-01-01T00:00:00Z' } },
    orderBy: [{ field: 'receivable', direction: 'DESC' }],
  },
  'overdue of an industry': {
    where: { industry: { eq: 'F' }, overdue: { gt: '50000' } },
    orderBy: [{ field: 'name' }],
  },
};

export async function measureReports(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const { admin = {}, rep = {} } = await viewersOf(mesh);
  const rows: Row[] = [];
  for (const [who, viewer] of Object.entries({ admin, rep })) {
    for (const [name, variables] of Object.entries(questions)) {
      const value = await subgraph.median(
        { query: report, variables: { ...variables }, viewer, lane: 'reporting', forMs: 120_000 },
        5,
      );
      rows.push(atMost(msMax, { id: `analytics.report.${who}.${name}`, value, unit: 'ms' }));
    }
  }
  return rows;
}
