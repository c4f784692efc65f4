import type { App } from '@crm/kit/context';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { writeChanges } from '@crm/kit/record/record';
import { startTask, type Task } from '@crm/kit/task';
import { systemViewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { countermeasuresDue } from './countermeasure.events.ts';
import { CountermeasureEntity } from './countermeasure.fields.ts';
import { lockDue } from './countermeasure.repository.ts';

const pollMs = 60_000;
const limit = 200;

/** Says which countermeasures have come due, in one of the service's processes. */
export const startCountermeasureJob = (app: App): Task =>
  startTask(app, {
    name: 'countermeasure',
    pollMs,
    step: (manager) => followCountermeasures(manager, app.now()),
  });

/** One part of it. Tells whether there may be more to do at once. */
export async function followCountermeasures(manager: EntityManager, now: Date): Promise<boolean> {
  const viewer = systemViewer('competitors:countermeasure');
  const work: Work = { manager, viewer, now, requestId: newId() };
  const due = await lockDue(manager, { today: companyDate(now), limit });
  const changes = { status: { from: 'PLANNED', to: 'DUE' } };
  const moved = await writeChanges(
    work,
    CountermeasureEntity,
    due.map((before) => ({ before, changes })),
  );
  await countermeasuresDue(work, moved);
  return due.length >= limit;
}
