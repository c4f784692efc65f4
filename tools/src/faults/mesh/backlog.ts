import type { MysqlName } from '../../mesh/mysql-server.ts';
import { until } from '../../mesh/wait.ts';
import { sql, writerOf, type MeshStage } from './stage.ts';

/** The newest event of the customers service, by the id of its row. */
export async function newestEvent(stage: MeshStage): Promise<number> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    'SELECT MAX(id) AS id FROM crm_customers.outbox',
  );
  return Number(row?.['id'] ?? 0);
}

/** Its events up to this one that the log does not hold yet. */
export async function countWaiting(
  stage: MeshStage,
  newest: number,
  server?: MysqlName,
): Promise<number> {
  const [row] = await sql(
    stage,
    server ?? (await writerOf(stage)),
    `SELECT COUNT(*) AS count FROM crm_customers.outbox
     WHERE publishedSeq IS NULL AND id <= ${newest}`,
  );
  return Number(row?.['count']);
}

/** How long it takes from now until all of them have been told; Infinity when it takes too long. */
export async function untilTold(stage: MeshStage, newest: number, forMs: number): Promise<number> {
  const startedAt = performance.now();
  const writer = await writerOf(stage);
  const isDone = async (): Promise<boolean> => (await countWaiting(stage, newest, writer)) === 0;
  const isTold = await until(isDone, { forMs, everyMs: 500 });
  return isTold ? performance.now() - startedAt : Infinity;
}
