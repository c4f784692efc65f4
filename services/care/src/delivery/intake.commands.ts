import { addDays } from '@crm/kit/day';
import { idFromBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { lockByIds } from '@crm/kit/record/store';
import { companyTimeZone } from '../suppression/suppression.ts';
import { instantOf } from '../suppression/time-of-day.ts';
import { DeliveryEntity } from './delivery.fields.ts';
import {
  addDeliveries,
  lockDueTasks,
  moveDeliveries,
  type DueTask,
  type Move,
  type NewDelivery,
} from './delivery.repository.ts';

const daysOfGrace = 1;

/**
 * A greeting may be a day late, because a server was away; later it is none any more. What was planned
 * for after its day is not late for that.
 */
function expiryOf({ occasionOn, dueAt }: DueTask): Date {
  const plannedFor = companyDate(dueAt);
  const day = plannedFor > occasionOn ? plannedFor : occasionOn;
  return instantOf(addDays(day, daysOfGrace + 1), '00:00', companyTimeZone);
}

const idOf = (bytes: Uint8Array | null): string | null => bytes && idFromBytes(bytes);

/** Queues a delivery for each task that is due and is sent by itself. Gives their number. */
export async function takeDueTasks(work: Work, limit: number): Promise<number> {
  const tasks = await lockDueTasks(work.manager, { now: work.now, limit });
  const fresh = tasks.filter(({ deliveryId }) => deliveryId === null);
  await addDeliveries(work, fresh.map(deliveryFor));
  await takeUpAgain(work, tasks);
  return tasks.length;
}

const deliveryFor = (task: DueTask): NewDelivery => ({
  taskId: idFromBytes(task.id),
  personId: idFromBytes(task.personId),
  customerId: idOf(task.customerId),
  occasionId: idOf(task.occasionId),
  occasionOn: task.occasionOn,
  purpose: task.purpose,
  channel: task.channel,
  templateId: idOf(task.templateId),
  senderId: idOf(task.assigneeId),
  dueAt: task.dueAt,
  expiresAt: expiryOf(task),
});

/** What was suppressed never left, so it may when its task is scheduled again. */
async function takeUpAgain(work: Work, tasks: readonly DueTask[]): Promise<void> {
  const byDelivery = new Map(tasks.map((task) => [idOf(task.deliveryId) ?? '', task]));
  byDelivery.delete('');
  const suppressed = await lockByIds(work.manager, DeliveryEntity, [...byDelivery.keys()]);
  const moves = suppressed.flatMap((before): Move[] => {
    const task = byDelivery.get(before.id);
    if (!task || before.status !== 'SUPPRESSED') return [];
    const { dueAt, expiresAt, templateId } = deliveryFor(task);
    const step = { status: 'QUEUED', reason: null, problem: null } as const;
    return [{ before, step: { ...step, dueAt, expiresAt, templateId } }];
  });
  await moveDeliveries(work, moves);
}
