import type { RequestContext } from '@crm/kit/context';
import { idToBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import {
  findOccasions,
  findPhrases,
  valuesFor,
  type Occasion,
} from '../delivery/message.repository.ts';
import {
  findRecipients,
  type Addressed,
  type Recipient,
} from '../delivery/recipient.repository.ts';
import { dayInWords } from '../delivery/salutation.ts';
import type { PhrasePreset } from '../phrase/phrase.fields.ts';
import { loadSuppressionFacts } from '../suppression/suppression.repository.ts';
import { suppressionOf, type SuppressionFacts } from '../suppression/suppression.ts';
import { CareTaskEntity, type CareTask } from '../task/task.fields.ts';
import type { MessageTemplate } from '../template/template.fields.ts';
import { findTextsInUse } from '../template/template.repository.ts';
import { renderMessage } from '../template/template.ts';
import type { Letter } from './letter.ts';

export const lettersMax = 500;

type Asked = { readonly taskIds: readonly string[]; readonly planId: string | null };

/** The letters that somebody may read: those that are named, or all of a plan that are to be done. */
export function findLetterTasks(
  { app, viewer }: RequestContext,
  { taskIds, planId }: Asked,
): Promise<CareTask[]> {
  const scoped = { entity: CareTaskEntity, alias: 't', now: app.now() };
  const which: Sql =
    planId === null
      ? sql`t.id IN (${taskIds.filter(isId).map(idToBytes)})`
      : sql`t.planId = ${isId(planId) ? idToBytes(planId) : null} AND t.state = 'SELECTED'
          AND t.channel = 'LETTER'`;
  const where = and([which, raw('t.deletedAt IS NULL'), scopeSql(viewer, 'read', scoped)]);
  return selectRows(
    app.db.manager,
    CareTaskEntity,
    sql`WHERE ${where} ORDER BY t.dueAt, t.id LIMIT ${raw(String(lettersMax))}`,
  );
}

export type Written = { readonly task: CareTask } & (
  { readonly letter: Letter } | { readonly reason: string }
);

type Asking = { readonly manager: EntityManager; readonly companyName: string; readonly now: Date };

/** What is read of all letters at once. */
type Known = Pick<Asking, 'companyName' | 'now'> & {
  readonly facts: ReadonlyMap<string, SuppressionFacts>;
  readonly recipientOf: (task: CareTask) => Recipient | null;
  readonly texts: ReadonlyMap<string, MessageTemplate>;
  readonly occasions: ReadonlyMap<string, Occasion>;
  readonly phrases: readonly PhrasePreset[];
};

/** Writes letters with what is known now, in a few statements; or says why one is not written. */
export async function writeLetters(
  { manager, companyName, now }: Asking,
  tasks: readonly CareTask[],
): Promise<readonly Written[]> {
  if (tasks.length === 0) return [];
  const personIds = tasks.map(({ personId }) => personId);
  const templateIds = tasks.flatMap(({ templateId }) => templateId ?? []);
  const occasionIds = tasks.map(({ occasionId }) => occasionId);
  const found = await findRecipients(manager, tasks.map(addressed));
  const known: Known = {
    companyName,
    now,
    facts: await loadSuppressionFacts(manager, { personIds, from: now }),
    recipientOf: (task) => found(addressed(task)),
    texts: await findTextsInUse(manager, templateIds),
    occasions: await findOccasions(manager, occasionIds),
    phrases: await findPhrases(manager),
  };
  return tasks.map((task) => write(known, task));
}

const addressed = ({ personId, customerId, assigneeId }: CareTask): Addressed => ({
  personId,
  customerId,
  senderId: assigneeId,
});

function write(known: Known, task: CareTask): Written {
  const recipient = known.recipientOf(task);
  const template = known.texts.get(task.templateId ?? '') ?? null;
  const reason = reasonOfTask(task) ?? reasonOfPerson(known, task);
  if (reason !== null) return { task, reason };
  if (recipient === null) return { task, reason: 'PERSON_GONE' };
  if (template?.channel !== 'LETTER') return { task, reason: 'NO_TEMPLATE' };
  return { task, letter: letterOf(known, { task, recipient, template }) };
}

/** What has become of the task. */
function reasonOfTask({ channel, state, reason }: CareTask): string | null {
  if (channel !== 'LETTER') return 'NO_LETTER';
  if (state === 'PROPOSED') return 'NOT_CONFIRMED';
  return state === 'SELECTED' || state === 'DONE' ? null : (reason ?? state);
}

/** What stands against it now. A letter that is printed at night is not read before it has come. */
function reasonOfPerson({ facts, now }: Known, task: CareTask): string | null {
  const known = facts.get(task.personId);
  if (!known) return 'PERSON_GONE';
  const suppression = suppressionOf(known, {
    ...task,
    taskId: task.id,
    at: now,
    channel: 'LETTER',
  });
  return suppression?.until === null ? suppression.reason : null;
}

type Whole = {
  readonly task: CareTask;
  readonly recipient: Recipient;
  readonly template: MessageTemplate;
};

function letterOf(
  { occasions, phrases, companyName, now }: Known,
  { task, recipient, template }: Whole,
): Letter {
  const { occasionId, occasionOn } = task;
  const occasion = occasions.get(occasionId ?? '') ?? null;
  const links = { surveyUrl: '', unsubscribeUrl: '' };
  const said = { template, recipient, occasion, occasionOn, ...links };
  const values = valuesFor(said, { companyName, phrases }, now);
  const { subject, text } = renderMessage(template, values);
  const day = dayInWords(companyDate(now), template.locale);
  return { companyName, recipient: linesOf(recipient), day, subject, text };
}

const linesOf = ({ customerName, jobTitle, name }: Recipient): readonly string[] => [
  ...(customerName === null ? [] : [customerName]),
  [jobTitle, name].filter((part) => part !== null && part !== '').join(' '),
];
