import type { Connection } from 'mysql2/promise';
import { say } from '../../mesh/say.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { allTold, count, fill, secondsUntil } from './care-schema.ts';
import { fillPeople, planCount, startPlans } from './people.ts';

const waitMsMax = 600_000;

const planned = (connection: Connection): Promise<number> =>
  secondsUntil(
    async () => (await count(connection, 'carePlanSweep WHERE isDone = 1')) >= planCount,
    {
      what: 'everybody looked at for each plan',
      forMs: waitMsMax,
    },
  );

/** How long the planner takes for many people, the first time, and another day when nothing has changed. */
export async function measurePlanner(connection: Connection): Promise<readonly Row[]> {
  await fill(connection, [
    ...fillPeople,
    'ANALYZE TABLE personPulse, affiliation, customerPulse, consentDecision',
  ]);
  say('  people are there');
  for (const statement of startPlans(new Date())) await connection.query(statement);
  const first = await planned(connection);
  const tasks = await count(connection, 'careTask');
  const told = await allTold(connection);
  await connection.query('DELETE FROM carePlanSweep');
  const again = await planned(connection);
  const more = (await count(connection, 'careTask')) - tasks;
  return [
    atMost(30, { id: 'care.plan.first', value: first, unit: 's' }),
    shown({ id: 'care.plan.tasks', value: tasks, unit: 'tasks' }),
    shown({ id: 'care.plan.told', value: told, unit: 's' }),
    atMost(30, { id: 'care.plan.again', value: again, unit: 's' }),
    atMost(0, { id: 'care.plan.again.new', value: more, unit: 'tasks' }),
  ];
}
