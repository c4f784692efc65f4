import type { RequestContext } from '@crm/kit/context';
import { AppError, invalid, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Memory, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { createRecord, writableIds } from '@crm/kit/record/record';
import { findByIds, lockByIds } from '@crm/kit/record/store';
import { OccasionEntity } from '../occasion/occasion.fields.ts';
import type { Channel } from '../person/contact-point.ts';
import { lockPersonAt } from '../person/person-place.repository.ts';
import { suppressionOf } from '../suppression/suppression.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { carriesLink, surveyLinkProblem } from '../survey/survey-link-problem.ts';
import { requirePublished } from '../survey/survey.repository.ts';
import { findTextsInUse } from '../template/template.repository.ts';
import { markDue } from '../pulse/pulse.repository.ts';
import { tasksMoved } from './task.events.ts';
import { CareTaskEntity, type CareTask } from './task.fields.ts';
import { moveTasks } from './task.repository.ts';
import {
  complete,
  confirm,
  exclude,
  isSent,
  requireAllowed,
  settle,
  surveyPurposeProblems,
  type Settlement,
  type Step,
} from './task.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Ids = Repeatable & { readonly ids: readonly string[] };

const idsMax = 500;

const listMemory: Memory<readonly CareTask[]> = {
  keep: (tasks) => tasks.map(({ id }) => id),
  recall: (manager, kept) =>
    findByIds(manager, CareTaskEntity, { ids: Array.isArray(kept) ? kept.map(String) : [] }),
};

const memory = rowMemory(CareTaskEntity);

/** Has proposals be done: sent when they are due, or by whoever they are assigned to. All or none. */
export const confirmCareTasks = (
  context: RequestContext,
  input: Ids,
): Promise<readonly CareTask[]> =>
  runCommand(context, { name: 'confirmCareTasks', input, memory: listMemory }, async (work) => {
    const tasks = await lockTasks(work, input.ids);
    return take(work, tasks, (task) => confirm(task, who(work)));
  });

/** Takes tasks out by hand, with the reason. All or none. */
export const excludeCareTasks = (
  context: RequestContext,
  input: Ids & { readonly reason: string },
): Promise<readonly CareTask[]> =>
  runCommand(context, { name: 'excludeCareTasks', input, memory: listMemory }, async (work) => {
    const reason = noteOf('reason', input.reason);
    const tasks = await lockTasks(work, input.ids);
    return take(work, tasks, (task) => exclude(task, reason, who(work)));
  });

type CompleteInput = Repeatable & {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly note?: string | null;
};

/** Somebody has done it: contacts logs it as an interaction. */
export const completeCareTask = (
  context: RequestContext,
  input: CompleteInput,
): Promise<CareTask> =>
  runCommand(context, { name: 'completeCareTask', input, memory }, async (work) => {
    const note = input.note ? noteOf('note', input.note) : null;
    const [task] = await lockTasks(work, [input.id]);
    if (!task) throw notFound(CareTaskEntity.name, input.id);
    const { expectedVersion } = input;
    if (typeof expectedVersion === 'number' && expectedVersion !== task.version) {
      throw new AppError('CONFLICT', `CareTask is at version ${task.version}: read it again`, {
        currentVersion: task.version,
      });
    }
    const [done = task] = await take(work, [task], (each) => complete(each, note, who(work)));
    return done;
  });

type CreateInput = Repeatable & {
  readonly personId: string;
  readonly occasionId?: string | null;
  readonly surveyId?: string | null;
  readonly templateId?: string | null;
  readonly channel: Channel;
  readonly dueAt?: Date | null;
  readonly assigneeId?: string | null;
};

/** Care by hand, without a plan. It keeps to the same rules. */
export const createCareTask = (context: RequestContext, input: CreateInput): Promise<CareTask> =>
  runCommand(context, { name: 'createCareTask', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'care tasks');
    const place = await lockPersonAt(work, input.personId);
    const category = await categoryOf(work, input.occasionId);
    await requireSurvey(work, input);
    const row = await createRecord(work, CareTaskEntity, {
      input: { ...input, personId: place.personId },
      rules: {
        defaults: () => ({
          dueAt: work.now,
          occasionOn: companyDate(work.now),
          purpose: input.surveyId ? 'SURVEY' : 'CARE',
        }),
        derive: ({ assigneeId }) => ({
          assigneeId: assigneeId ?? work.viewer.staffId ?? place.ownerId,
          customerId: place.customerId,
          category,
          state: isSent(input.channel) ? 'SCHEDULED' : 'SELECTED',
          decidedById: work.viewer.staffId,
          decidedAt: work.now,
        }),
        check: surveyPurposeProblems,
      },
    });
    const facts = await loadSuppressionFacts(work.manager, {
      personIds: [row.personId],
      from: row.dueAt,
    });
    const known = facts.get(row.personId);
    const at = row.dueAt > work.now ? row.dueAt : work.now;
    const wanted = { ...row, taskId: row.id, at, channel: input.channel };
    if (known) requireAllowed(suppressionOf(known, wanted));
    await tasksMoved(work, [row]);
    if (row.customerId !== null) await markDue(work.manager, [row.customerId]);
    return row;
  });

/** A survey takes answers, and the text leads to it. */
async function requireSurvey({ manager }: Work, input: CreateInput): Promise<void> {
  const { surveyId = null, templateId } = input;
  await requirePublished(manager, surveyId);
  if (surveyId !== null && !carriesLink(input.channel)) {
    const message = 'must be EMAIL or SMS for a survey, which is answered by its link';
    throw refused(CareTaskEntity, [{ path: 'channel', message }]);
  }
  if (!templateId) return;
  const text = (await findTextsInUse(manager, [templateId])).get(templateId);
  const message = text ? surveyLinkProblem(surveyId, text) : null;
  if (message !== null) throw refused(CareTaskEntity, [{ path: 'templateId', message }]);
}

async function categoryOf(
  { manager }: Work,
  occasionId: string | null | undefined,
): Promise<CareTask['category']> {
  if (!occasionId) return 'ROUTINE';
  const ids = [occasionId].filter(isId);
  const [occasion] = await findByIds(manager, OccasionEntity, { ids });
  return occasion?.category ?? 'ROUTINE';
}

/** Writes what became of the sending of tasks; what is settled already stays as it is. */
export async function settleTasks(work: Work, settlements: readonly Settlement[]): Promise<void> {
  const by = new Map(settlements.map((each) => [each.id, each]));
  const tasks = await lockByIds(work.manager, CareTaskEntity, [...by.keys()]);
  await take(work, tasks, (task) => {
    const settlement = by.get(task.id);
    return (settlement && settle(task, settlement, work.now)) ?? {};
  });
}

const who = ({ now, viewer }: Work) => ({ now, staffId: viewer.staffId });

async function lockTasks(work: Work, given: readonly string[]): Promise<readonly CareTask[]> {
  allow(work.viewer, 'write', 'care tasks');
  const ids = [...new Set(given)];
  if (ids.length === 0 || ids.length > idsMax) throw invalid(`Name 1 to ${idsMax} care tasks`);
  const tasks = await lockByIds(work.manager, CareTaskEntity, ids.filter(isId));
  const mine = await writableIds(work, CareTaskEntity, ids);
  const unknown = ids.find((id) => !mine.has(id));
  if (unknown !== undefined) throw notFound(CareTaskEntity.name, unknown);
  return tasks;
}

/** Takes each task one step on. Gives all of them as they are then. */
async function take(
  work: Work,
  tasks: readonly CareTask[],
  step: (task: CareTask) => Step,
): Promise<readonly CareTask[]> {
  const moved = await moveTasks(
    work,
    tasks.map((before) => ({ before, values: step(before) })),
  );
  const after = new Map(moved.map((task) => [task.id, task]));
  return tasks.map((task) => after.get(task.id) ?? task);
}

const noteMax = 500;

function noteOf(path: string, given: string): string {
  const note = given.trim();
  if (note === '' || Array.from(note).length > noteMax || note.includes('\0')) {
    const message = `must be a text of 1 to ${noteMax} characters`;
    throw refused(CareTaskEntity, [{ path, message }]);
  }
  return note;
}
