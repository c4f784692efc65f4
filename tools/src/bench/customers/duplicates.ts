import type { RowDataPacket } from 'mysql2/promise';
import type { Mesh } from '../../mesh/mesh.ts';
import { say } from '../../mesh/say.ts';
import { sleep } from '../../mesh/wait.ts';
import { percentile } from '../../subscribers/latency.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { connectOwner, customerCount } from './fill.ts';
import type { Subgraph } from './subgraph.ts';

const check = `query ($input: CheckCustomerDuplicatesInput!) {
  checkCustomerDuplicates(input: $input) { score } }`;

const timesAsked = 200;
const checkMsMax = 20;

/** The check that a create makes, and the comparison of all with all. */
export async function measureDuplicates(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const checks: number[] = [];
  for (const input of await describe(mesh)) {
    const { ms, code } = await subgraph.ask({ query: check, variables: { input } });
    if (code !== null) throw new Error(code);
    checks.push(ms);
  }
  const scanS = await scan(subgraph, mesh);
  return [
    atMost(checkMsMax, {
      id: 'customers.duplicates.check p50',
      value: percentile(checks, 0.5),
      unit: 'ms',
    }),
    atMost(checkMsMax, {
      id: 'customers.duplicates.check p99',
      value: percentile(checks, 0.99),
      unit: 'ms',
    }),
    atMost(300, { id: 'customers.duplicates.scan', value: scanS, unit: 's' }),
    shown({
      id: 'customers.duplicates.scan rate',
      value: customerCount / scanS,
      unit: 'customers/s',
    }),
  ];
}

/** Customers as somebody would enter them once more, from all over the table. */
async function describe(mesh: Mesh): Promise<readonly object[]> {
  const owner = await connectOwner(mesh);
  const step = Math.floor(customerCount / timesAsked);
  const [rows] = await owner.query<RowDataPacket[]>(
    'SELECT name, shortName, phone, website, registrationNumber FROM customer WHERE code IN (?)',
    [Array.from({ length: timesAsked }, (_, at) => `S1-${at * step + 7}`)],
  );
  await owner.end();
  return rows.map((row) => ({ ...row }));
}

async function scan(subgraph: Subgraph, mesh: Mesh): Promise<number> {
  const owner = await connectOwner(mesh);
  const startedAt = performance.now();
  await subgraph.ask({ query: 'mutation { startDuplicateScan(input: {}) { id } }' });
  for (let saidAt = startedAt; ;) {
    const [[row]] = await owner.query<RowDataPacket[]>(
      'SELECT scanned, found, finishedAt FROM duplicateScan ORDER BY id DESC LIMIT 1',
    );
    const s = (performance.now() - startedAt) / 1000;
    if (row?.['finishedAt']) {
      await owner.end();
      return s;
    }
    if (performance.now() - saidAt > 30_000) {
      say(`  ${row?.['scanned']} compared, ${row?.['found']} alike (${s.toFixed(0)} s)`);
      saidAt = performance.now();
    }
    await sleep(250);
  }
}
