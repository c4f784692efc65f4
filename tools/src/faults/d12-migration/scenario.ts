import { changeTable } from '@crm/kit/database/change-table';
import { createConnection } from 'mysql2/promise';
import type { MysqlName } from '../../mesh/mysql-server.ts';
import { sleep } from '../../mesh/wait.ts';
import { percentileMs } from '../ledger.ts';
import { disturb } from '../mesh/disturb.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { none, slowdown, type Scenario } from '../scenario.ts';

const slowdownMax = 2;
const rowsPerStep = 200;
/** Between steps, so that others have their turn. */
const pauseMs = 100;

export const scenario: Scenario = {
  id: 'D12',
  title: 'a column is added and filled while the service runs',
  onMesh: async (stage) => {
    let [beganAt, endedAt] = [Infinity, Infinity];
    const result = await disturb(stage, {
      forMs: 12_000,
      fault: async ({ source }) => {
        beganAt = performance.now();
        await migrate(stage, source, [addColumn, ...fill]);
        endedAt = performance.now();
        await migrate(stage, source, [dropColumn]);
      },
    });
    const { reads, writes } = result.load;
    const all = [...reads, ...writes];
    const before = all.filter(({ sentAt }) => sentAt >= result.wellAt && sentAt < beganAt);
    const during = all.filter(({ sentAt }) => sentAt >= beganAt && sentAt < endedAt);
    return [
      none('failed requests', result.errors.reads + result.errors.writes),
      slowdown(
        'as long a request at the 99th percentile',
        percentileMs(during, 0.99) / percentileMs(before, 0.99),
        slowdownMax,
      ),
      ...result.invariants,
    ];
  },
};

/** As the programs that migrate do it. */
async function migrate(
  { mesh }: MeshStage,
  source: MysqlName,
  statements: readonly string[],
): Promise<void> {
  const session = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[source],
    user: 'root',
  });
  try {
    for (const statement of statements) {
      await changeTable(session, statement);
      await sleep(pauseMs);
    }
  } finally {
    session.destroy();
  }
}

const addColumn = 'ALTER TABLE crm_customers.salesOrder ADD COLUMN faultNote VARCHAR(100) NULL';
const dropColumn = 'ALTER TABLE crm_customers.salesOrder DROP COLUMN faultNote';
/** As a migration fills a column: in steps, so that no lock is held for long. */
const fill = Array.from(
  { length: 20 },
  () => `UPDATE crm_customers.salesOrder SET faultNote = 'filled'
    WHERE faultNote IS NULL LIMIT ${rowsPerStep}`,
);
