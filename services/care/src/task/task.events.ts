import type { EventType } from '@crm/kit/event/event';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import {
  CareTaskChanged,
  CareTaskDone,
  CareTaskExcluded,
  CareTaskFailed,
  CareTaskProposed,
  CareTaskScheduled,
  CareTaskSelected,
  CareTaskSent,
  CareTaskSkipped,
  CareTaskSuppressed,
  type CareTaskData,
} from '@crm/schemas/events/care-task';
import { CareTaskEntity, type CareTask } from './task.fields.ts';

const customerId = (task: CareTask): string | null => task.customerId;

const data = (task: CareTask): CareTaskData => ({
  planId: task.planId,
  personId: task.personId,
  customerId: task.customerId,
  occasionId: task.occasionId,
  category: task.category,
  state: task.state,
  reason: task.reason,
  channel: task.channel,
  assigneeId: task.assigneeId,
});

const types: Readonly<Record<Exclude<CareTask['state'], 'DONE'>, EventType<CareTaskData>>> = {
  PROPOSED: CareTaskProposed,
  SELECTED: CareTaskSelected,
  EXCLUDED: CareTaskExcluded,
  SCHEDULED: CareTaskScheduled,
  SENT: CareTaskSent,
  SKIPPED: CareTaskSkipped,
  FAILED: CareTaskFailed,
  SUPPRESSED: CareTaskSuppressed,
};

/** Tells what tasks have come to. */
export async function tasksMoved(work: Work, all: readonly CareTask[]): Promise<void> {
  for (const [state, type] of Object.entries(types)) {
    const rows = all.filter((task) => task.state === state);
    await publishRows(work, { type, rows, customerId, data });
  }
  const doneAt = work.now.toISOString();
  await publishRows(work, {
    type: CareTaskDone,
    rows: all.filter(({ state }) => state === 'DONE'),
    customerId,
    data: (task) => ({ ...data(task), doneAt }),
  });
}

/** When, by what or by whom they are done has changed. */
export const tasksChanged = (work: Work, rows: readonly CareTask[]): Promise<void> =>
  publishRows(work, { type: CareTaskChanged, rows, customerId, data });

export const careTaskSnapshot = snapshotOf({
  entity: CareTaskEntity,
  type: CareTaskProposed,
  customerId,
  data,
});
