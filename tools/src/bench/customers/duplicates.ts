import type { Mesh } from '../../mesh/mesh.ts';
import { say } from '../../mesh/say.ts';
import { sleep } from '../../mesh/wait.ts';
import type { RowDataPacket } from 'mysql2/promise';
import { atMost, shown, type Row } from '../measurement.ts';
import { connectOwner, customerCount } from './fill.ts';
import type { Subgraph } from './subgraph.ts';

const check = `query ($input: CheckCustomerDuplicatesInput!) {
  checkCustomerDuplicates(input: $input) { score } }`;

const input = {
  name: '上海恒泰金新机械股份有限公司',
  phone: '021-58812345',
  website: 'https://www.s4711.example',
};

/** The check at create, and the comparison of all with all. */
export async function measureDuplicates(subgraph: Subgraph, mesh: Mesh): Promise<Row[]> {
  const checkMs = await subgraph.median({ query: check, variables: { input } }, 51);
  const scanS = await scan(subgraph, mesh);
  return [
    atMost(20, { id: 'customers.duplicates.check', value: checkMs, unit: 'ms' }),
    atMost(300, { id: 'customers.duplicates.scan', value: scanS, unit: 's' }),
    shown({
      id: 'customers.duplicates.scan rate',
      value: customerCount / scanS,
      unit: 'customers/s',
    }),
  ];
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
