import { idFromBytes, idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { Category } from '../occasion/category.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { suppressionOf } from '../suppression/suppression.ts';
import type { SendingFacts } from './decide.ts';
import type { Delivery } from './delivery.fields.ts';

/** How the task of a delivery stands, and what stands against it. */
export type Standing = Pick<SendingFacts, 'isCancelled' | 'suppression'>;

type TaskRow = {
  readonly id: Uint8Array;
  readonly state: string;
  readonly channel: string | null;
  readonly category: Category;
  readonly occasionOn: string;
  readonly aboutId: Uint8Array | null;
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
      const isWanted = task?.state === 'SCHEDULED' && task.channel === delivery.channel;
      if (!task || !known || !isWanted) return [delivery.id, takenBack];
      const { taskId, channel, purpose, occasionId } = delivery;
      const { category, occasionOn } = task;
      const aboutId = task.aboutId && idFromBytes(task.aboutId);
      const wanted = { taskId, at: now, purpose, category, occasionId, occasionOn, aboutId };
      const suppression = suppressionOf(known, { ...wanted, channel });
      return [delivery.id, { isCancelled: false, suppression }];
    }),
  );
}

/** The task is not to be done any more. */
export const takenBack: Standing = { isCancelled: true, suppression: null };

/** Locked, so that none is taken back between the look at it and the sending. */
async function readTasks(
  manager: EntityManager,
  deliveries: readonly Delivery[],
): Promise<ReadonlyMap<string, TaskRow>> {
  const ids = deliveries.map(({ taskId }) => idToBytes(taskId));
  const { text, values } = sql`SELECT id, state, channel, category, occasionOn, aboutId
    FROM careTask WHERE id IN (${ids}) AND deletedAt IS NULL ORDER BY id FOR UPDATE`;
  const rows: TaskRow[] = await manager.query(text, [...values]);
  return new Map(rows.map((row) => [idFromBytes(row.id), row]));
}
