import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, start } from '../../mesh/control.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import { mintToken } from '../../mesh/mint.ts';
import { repository } from '../../mesh/paths.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { heal, sql, writerOf, type MeshStage, type Roles } from '../mesh/stage.ts';
import { countUntold } from '../mesh/stream.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

/** As many as a small trading company has. */
const customers = 91;
const orders = 830;
const linesEach = 3;
const importMsMax = 180_000;
const downMs = 5000;

export const scenario: Scenario = {
  id: 'D13',
  title: `the source is killed while ${customers} customers and ${orders} orders are imported`,
  onMesh: async (stage) => {
    const roles = await heal(stage);
    const mark = `d13-${Date.now()}`;
    const set = writeFiles(join(stage.mesh.home.root, mark), mark);
    const startedAt = performance.now();
    const imported = runImport(stage, set);
    const isUnderWay = await breakWhenBegun(stage, { roles, mark });
    const exitCode = await imported;
    const tookMs = performance.now() - startedAt;
    const after = await heal(stage);
    const found = await count(stage, mark);
    return [
      none('customers missing or twice', Math.abs(found.customers - customers)),
      none('orders missing or twice', Math.abs(found.orders - orders)),
      none('amounts that are not those of the file', found.wrongAmounts),
      holds('the import reported success', exitCode === 0),
      holds('the source was killed before its end', isUnderWay),
      holds('the standby took over', after.source === roles.standby),
      seconds('for the import', tookMs, importMsMax / 1000),
      none('events not told', await countUntold(stage)),
    ];
  },
};

type Breaking = { readonly roles: Roles; readonly mark: string };

/** Kills the source when the first rows are there and the last are not. */
async function breakWhenBegun(stage: MeshStage, { roles, mark }: Breaking): Promise<boolean> {
  const hasBegun = async (): Promise<boolean> => (await count(stage, mark)).customers > 0;
  await until(hasBegun, { forMs: importMsMax, everyMs: 20 });
  const isUnderWay = (await count(stage, mark)).orders < orders;
  kill(stage.mesh, roles.source);
  await sleep(downMs);
  await start(stage.mesh, roles.source);
  return isUnderWay;
}

type Found = {
  readonly customers: number;
  readonly orders: number;
  readonly wrongAmounts: number;
};

async function count(stage: MeshStage, mark: string): Promise<Found> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT
       (SELECT COUNT(*) FROM crm_customers.customer WHERE source = '${mark}') AS customers,
       (SELECT COUNT(*) FROM crm_customers.salesOrder WHERE source = '${mark}') AS orders,
       (SELECT COUNT(*) FROM crm_customers.salesOrder
        WHERE source = '${mark}' AND amountAmount <> ${linesEach * 10}) AS wrongAmounts`,
  );
  const of = (name: keyof Found): number => Number(row?.[name]);
  return { customers: of('customers'), orders: of('orders'), wrongAmounts: of('wrongAmounts') };
}

async function runImport(stage: MeshStage, folder: string): Promise<number> {
  const program = join(repository, 'tools/src/import/cli.ts');
  const token = await mintToken(stage.mesh, { roles: ['admin'] });
  const target = ['--url', graphqlUrl(stage.mesh), '--token', token];
  const options = [
    '--set',
    join(folder, 'set.json'),
    '--dir',
    folder,
    '--report',
    join(folder, 'refused.csv'),
  ];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', program, ...options, ...target],
      { cwd: repository, timeout: importMsMax },
      () => resolve(child.exitCode ?? 1),
    );
  });
}

/** Files and mappings as another system would hand them over. */
function writeFiles(folder: string, mark: string): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('customers.csv', `id,name\n${rows(customers, (i) => `${mark}-${i},Company ${i}`)}`);
  write(
    'orders.csv',
    `id,customer,day\n${rows(orders, (i) => `${i},${mark}-${i % customers},2026-11-03`)}`,
  );
  write(
    'lines.csv',
    `order,what\n${rows(orders * linesEach, (i) => `${Math.floor(i / linesEach)},Part ${i}`)}`,
  );
  write('customers.json', JSON.stringify(customerMapping(mark)));
  write('orders.json', JSON.stringify(orderMapping(mark)));
  write(
    'set.json',
    JSON.stringify([
      { entity: 'customer', file: 'customers.csv', mapping: 'customers.json' },
      { entity: 'order', file: 'orders.csv', mapping: 'orders.json' },
    ]),
  );
  return folder;
}

const rows = (length: number, row: (index: number) => string): string =>
  Array.from({ length }, (_, index) => `${row(index)}\n`).join('');

const customerMapping = (mark: string): object => ({
  fields: { code: 'id', name: 'name', source: { value: mark } },
});

const orderMapping = (mark: string): object => ({
  fields: {
    source: { value: mark },
    externalRef: 'id',
    customerId: { column: 'customer', lookup: 'customer' },
    orderedOn: { column: 'day', date: 'yyyy-MM-dd' },
  },
  details: {
    into: 'lines',
    file: 'lines.csv',
    by: { main: 'id', file: 'order' },
    fields: {
      description: 'what',
      quantity: { value: '2' },
      unitPrice: { value: '5.00' },
    },
  },
});
