import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { z } from 'zod';
import { say } from '../../mesh/say.ts';
import { connectFiller } from '../kept.ts';
import { atMost, shown, type Measurement } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';
import { fillPeople, peopleCount, planCount, startPlans } from './people.ts';

const waitMsMax = 600_000;
const lookMs = 100;

const countSchema = z.tuple([z.array(z.object({ count: z.coerce.number() })), z.unknown()]);

async function count(connection: Connection, what: string): Promise<number> {
  const [[row]] = countSchema.parse(
    await connection.query(`SELECT COUNT(*) AS count FROM ${what}`),
  );
  return row?.count ?? 0;
}

/** Seconds until the planner has looked at everybody for each plan. */
async function planned(connection: Connection): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < waitMsMax) {
    const done = await count(connection, 'carePlanSweep WHERE isDone = 1');
    if (done >= planCount) return (performance.now() - startedAt) / 1000;
    await sleep(lookMs);
  }
  throw new Error(`The planner was not ready after ${waitMsMax / 1000} s`);
}

/** How long the planner takes for many people, the first time and when nothing has changed. */
export const measurement: Measurement = {
  about: `the planner of care over ${peopleCount} people and ${planCount} plans`,
  run: ({ home, port }) =>
    withMesh({ home, port, durability: 'relaxed' }, async (mesh) => {
      const connection = await connectFiller(mesh, 'care');
      for (const statement of fillPeople) await connection.query(statement);
      await connection.query(
        'ANALYZE TABLE personPulse, affiliation, customerPulse, consentDecision',
      );
      say('  people are there');
      await connection.query('SET sql_log_bin = 1');
      for (const statement of startPlans(new Date())) await connection.query(statement);
      const first = await planned(connection);
      const tasks = await count(connection, 'careTask');
      await connection.query('DELETE FROM carePlanSweep');
      const again = await planned(connection);
      const more = (await count(connection, 'careTask')) - tasks;
      await connection.end();
      return [
        atMost(30, { id: 'care.plan.first', value: first, unit: 's' }),
        shown({ id: 'care.plan.tasks', value: tasks, unit: 'tasks' }),
        atMost(30, { id: 'care.plan.again', value: again, unit: 's' }),
        atMost(0, { id: 'care.plan.again.new', value: more, unit: 'tasks' }),
      ];
    }),
};
