import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Category } from '../occasion/category.ts';
import { planStopped } from '../planner/planner.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { companyTimeZone, suppressionOf } from '../suppression/suppression.ts';
import { instantOf } from '../suppression/time-of-day.ts';
import type { Survey } from '../survey/survey.fields.ts';
import { opennessOf } from '../survey/survey.ts';
import type { SendingFacts } from './decide.ts';
import type { Delivery } from './delivery.fields.ts';

/** How the task of a delivery stands, and what stands against it. */
export type Standing = Pick<SendingFacts, 'isCancelled' | 'suppression'> & {
  readonly surveyId: string | null;
};

type TaskRow = {
  readonly id: Uint8Array;
  readonly state: string;
  readonly channel: string | null;
  readonly category: Category;
  readonly occasionOn: string;
  readonly aboutId: Uint8Array | null;
  readonly surveyId: Uint8Array | null;
  readonly surveyStatus: Survey['status'] | null;
  readonly opensOn: string | null;
  readonly closesOn: string | null;
  /** Null for a task without a plan. */
  readonly planStatus: string | null;
};

/** What holds now, whatever held when the tasks were planned. By the id of the delivery. */
export async function findStanding(
  { manager, now }: Work,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, Standing>> {
  const tasks = await readTasks(manager, deliveries);
  const personIds = deliveries.map(({ personId }) => personId);
  const facts = await loadSuppressionFacts(manager, { personIds, from: now });
  return new Map(
    deliveries.map((delivery) => {
      const task = tasks.get(delivery.taskId);
      const known = facts.get(delivery.personId);
      if (!task || !known || !isWanted(task, delivery)) return [delivery.id, takenBack];
      const { taskId, channel, purpose, occasionId } = delivery;
      const { category, occasionOn } = task;
      const aboutId = task.aboutId && idFromBytes(task.aboutId);
      const wanted = { taskId, at: now, purpose, category, occasionId, occasionOn, aboutId };
      const suppression =
        planSuppression(task) ??
        surveySuppression(task, now) ??
        suppressionOf(known, { ...wanted, channel });
      const surveyId = task.surveyId && idFromBytes(task.surveyId);
      return [delivery.id, { isCancelled: false, suppression, surveyId }];
    }),
  );
}

/** Nobody is sent to a survey that takes no answers. */
function surveySuppression(
  { surveyStatus, opensOn, closesOn }: TaskRow,
  now: Date,
): Standing['suppression'] {
  if (surveyStatus === null) return null;
  const openness = opennessOf({ status: surveyStatus, opensOn, closesOn }, companyDate(now));
  if (openness === 'OPEN') return null;
  const until =
    openness === 'NOT_YET' && opensOn !== null
      ? instantOf(opensOn, '00:00', companyTimeZone)
      : null;
  return { reason: 'SURVEY_CLOSED', until };
}

/** One that has failed may be sent again by hand. */
const sent: readonly string[] = ['SCHEDULED', 'FAILED'];
const stopped: readonly (string | null)[] = ['DRAFT', 'AWAITING_APPROVAL', 'PAUSED'];

const isWanted = ({ state, channel }: TaskRow, delivery: Delivery): boolean =>
  sent.includes(state) && channel === delivery.channel;

/** Plans that are stopped send nothing, and what was planned is planned anew when they go on. */
const planSuppression = ({ planStatus }: TaskRow): Standing['suppression'] =>
  stopped.includes(planStatus) ? { reason: planStopped, until: null } : null;

/** The task is not to be done any more. */
export const takenBack: Standing = { isCancelled: true, suppression: null, surveyId: null };

/** Locked, so that none is taken back between the look at it and the sending. */
async function readTasks(
  manager: EntityManager,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, TaskRow>> {
  const ids = deliveries.map(({ taskId }) => idToBytes(taskId));
  const { text, values } = sql`SELECT t.id, t.state, t.channel, t.category, t.occasionOn, t.aboutId,
      t.surveyId,
      p.status AS planStatus, s.status AS surveyStatus, s.opensOn, s.closesOn
    FROM careTask t LEFT JOIN carePlan p ON p.id = t.planId LEFT JOIN survey s ON s.id = t.surveyId
    WHERE t.id IN (${ids}) AND t.deletedAt IS NULL ORDER BY t.id FOR UPDATE OF t`;
  const rows: TaskRow[] = await manager.query(text, [...values]);
  return new Map(rows.map((row) => [idFromBytes(row.id), row]));
}
