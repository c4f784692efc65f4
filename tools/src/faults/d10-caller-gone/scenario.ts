import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { kill } from '../../mesh/control.ts';
import type { MysqlName } from '../../mesh/mysql-server.ts';
import { until } from '../../mesh/wait.ts';
import { heal, sql, type MeshStage } from '../mesh/stage.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, seconds, type Scenario } from '../scenario.ts';

const answer = z.object({ customers: z.object({ nodes: z.array(z.unknown()) }) });
const list = '{ customers(first: 5) { nodes { id } } }';
/** More than a pool has, so that slots that were not given back would be missed. */
const callers = 30;

export const scenario: Scenario = {
  id: 'D10',
  title: 'callers leave while their query hangs in the database',
  onMesh: async (stage) => {
    const { source, standby } = await heal(stage);
    await createCustomers(stage.graph, 'd10', 1);
    // It would answer in the place of the source.
    kill(stage.mesh, standby);
    const lock = await createConnection({
      host: '127.0.0.1',
      port: stage.mesh.ports[source],
      user: 'root',
    });
    try {
      await lock.query('LOCK TABLES crm_customers.customer WRITE');
      const leaving = new AbortController();
      const calls = Array.from({ length: callers }, () =>
        stage.graph.ask(answer, list, { signal: leaving.signal }).catch(() => undefined),
      );
      const hasBegun = await until(async () => (await countWaiting(stage, source)) > 0, {
        forMs: 5000,
      });
      const leftAt = performance.now();
      leaving.abort();
      await until(async () => (await countWaiting(stage, source)) === 0, {
        forMs: 5000,
        everyMs: 20,
      });
      const goneMs = performance.now() - leftAt;
      await Promise.all(calls);
      await lock.query('UNLOCK TABLES');
      return [
        seconds('until their statements were gone', goneMs, 1),
        holds('they had begun', hasBegun),
        holds('others are served after them', await isServed(stage)),
      ];
    } finally {
      lock.destroy();
    }
  },
};

/** Statements of requests that wait for the table: probes have no time limit, and requests do. */
async function countWaiting(stage: MeshStage, source: MysqlName): Promise<number> {
  const [row] = await sql(
    stage,
    source,
    `SELECT COUNT(*) AS count FROM performance_schema.processlist
     WHERE user = 'customers' AND command = 'Query' AND time >= 1
       AND info LIKE '%MAX_EXECUTION_TIME%'`,
  );
  return Number(row?.['count']);
}

async function isServed({ graph }: MeshStage): Promise<boolean> {
  const calls = Array.from({ length: callers }, () => graph.ask(answer, list));
  const answers = await Promise.allSettled(calls);
  return answers.every(({ status }) => status === 'fulfilled');
}
