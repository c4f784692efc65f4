import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { writeChanges } from '@crm/kit/record/record';
import { tasksChanged, tasksMoved } from './task.events.ts';
import { CareTaskEntity, type CareTask } from './task.fields.ts';

/** A task and what becomes different of it. */
export type MovedTask = { readonly before: CareTask; readonly values: Partial<CareTask> };

/** Writes what becomes of tasks, and tells of it. Gives those that are different. */
export async function moveTasks(
  work: Work,
  moved: readonly MovedTask[],
): Promise<readonly CareTask[]> {
  const changes = await writeChanges(
    work,
    CareTaskEntity,
    moved.map(({ before, values }) => ({
      before,
      changes: changesOf(CareTaskEntity, before, new Map(Object.entries(values))),
    })),
  );
  const isOfState = ({ changedFields }: (typeof changes)[number]): boolean =>
    changedFields.includes('state');
  const others = changes.filter((change) => !isOfState(change));
  await tasksMoved(
    work,
    changes.filter(isOfState).map(({ after }) => after),
  );
  await tasksChanged(
    work,
    others.map(({ after }) => after),
  );
  return changes.map(({ after }) => after);
}
