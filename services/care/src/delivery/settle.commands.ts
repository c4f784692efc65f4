import type { Work } from '@crm/kit/record/command';
import { settleTasks } from '../task/task.commands.ts';
import type { Settlement } from '../task/task.ts';
import type { Delivery } from './delivery.fields.ts';
import { moveDeliveries, type Move } from './delivery.repository.ts';

/** Takes deliveries a step on, and their tasks with them. */
export async function settle(work: Work, moves: readonly Move[]): Promise<Delivery[]> {
  const moved = await moveDeliveries(work, moves);
  await settleTasks(
    work,
    moved.flatMap((each) => settlementOf(each) ?? []),
  );
  return moved;
}

const states: Readonly<Record<Delivery['status'], Settlement['state'] | null>> = {
  QUEUED: 'SCHEDULED',
  SENDING: null,
  ACCEPTED: 'SENT',
  DELIVERED: 'SENT',
  REPLIED: 'SENT',
  UNKNOWN: 'FAILED',
  BOUNCED: 'FAILED',
  FAILED: 'FAILED',
  SUPPRESSED: 'SUPPRESSED',
};

/** What a delivery means for its task. */
function settlementOf({ taskId, status, reason, problem, dueAt }: Delivery): Settlement | null {
  const state = states[status];
  if (state === null) return null;
  const why = reason === 'NOT_ALLOWED' ? problem : reason;
  return { id: taskId, state, reason: why, ...(state === 'SCHEDULED' && { dueAt }) };
}
