import type { RequestContext } from '@crm/kit/context';
import { invalid, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { askAgain } from '../plan/approval.repository.ts';
import { MessageTemplateEntity, type MessageTemplate } from './template.fields.ts';
import { lockTexts } from './template.repository.ts';
import { draftProblems, templateProblems } from './template.ts';

type Versioned = {
  readonly clientMutationId?: string | null;
  readonly expectedVersion?: number | null;
};

type SaveInput = Versioned & {
  readonly id?: string | null;
  readonly code?: string | null;
  readonly channel?: string | null;
};

const memory = rowMemory(MessageTemplateEntity);

const rulesFor = (number: number): Rules<MessageTemplate> => ({
  defaults: () => ({ format: 'TEXT' }),
  derive: ({ status }) => ({ number, status: status ?? 'DRAFT' }),
  check: draftProblems,
});

/** Makes a template or the next text of one, as a draft, or changes the draft that `id` names. */
export const saveTemplate = (context: RequestContext, input: SaveInput): Promise<MessageTemplate> =>
  runCommand(context, { name: 'saveTemplate', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'templates');
    return input.id ? changeDraft(work, input.id, input) : newDraft(work, input);
  });

async function changeDraft(work: Work, id: string, input: SaveInput): Promise<MessageTemplate> {
  const before = await lockForWriting(work, MessageTemplateEntity, id);
  if (before.status !== 'DRAFT') {
    throw ruleViolation(
      `A text that was published stays as it is: save one without an id and with the code ${before.code}, which makes a draft`,
    );
  }
  const texts = await lockTexts(work.manager, before.code);
  refuseMoved(before, input);
  refuseOtherChannel(texts, input);
  const { expectedVersion = null } = input;
  const rules = rulesFor(before.number);
  const order = { id, expectedVersion, input, rules };
  return (await changeRecord(work, MessageTemplateEntity, order)).after;
}

function refuseMoved(before: MessageTemplate, { code }: SaveInput): void {
  if (code && code !== before.code) throw problem('code', `stays ${before.code}`);
}

async function newDraft(work: Work, input: SaveInput): Promise<MessageTemplate> {
  const texts = await lockTexts(work.manager, input.code ?? '');
  const draft = texts.find(({ status }) => status === 'DRAFT');
  if (draft) {
    throw invalid(`${draft.code} has a draft: save it with its id`, [
      { path: 'id', message: `must be ${draft.id}, the draft of ${draft.code}` },
    ]);
  }
  refuseOtherChannel(texts, input);
  const rules = rulesFor((texts[0]?.number ?? 0) + 1);
  return createRecord(work, MessageTemplateEntity, { input, rules });
}

/** Plans count on what a template is sent by. */
function refuseOtherChannel(texts: readonly MessageTemplate[], { channel }: SaveInput): void {
  const published = texts.find(({ status }) => status !== 'DRAFT');
  if (channel && published && published.channel !== channel) {
    throw problem('channel', `stays ${published.channel}`);
  }
}

const problem = (path: string, message: string): Error =>
  refused(MessageTemplateEntity, [{ path, message }]);

type Named = Versioned & { readonly id: string };

/** Takes a draft into use from now on; the text in use until now is retired. */
export const publishTemplate = (context: RequestContext, input: Named): Promise<MessageTemplate> =>
  runCommand(context, { name: 'publishTemplate', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'templates');
    const draft = await lockForWriting(work, MessageTemplateEntity, input.id);
    if (draft.status === 'PUBLISHED') return draft;
    if (draft.status === 'RETIRED') throw ruleViolation('A retired text is not taken up again');
    const problems = templateProblems(draft);
    if (problems.length > 0) throw unpublishable(problems);
    const texts = await lockTexts(work.manager, draft.code);
    for (const each of texts.filter(({ status }) => status === 'PUBLISHED')) {
      await move(work, each, { status: 'RETIRED', retiredAt: work.now });
    }
    const { staffId } = work.viewer;
    const step = { status: 'PUBLISHED', publishedAt: work.now, publishedById: staffId };
    const text = await move(work, draft, step);
    await askAgain(
      work,
      texts.map(({ id }) => id),
    );
    return text;
  });

const unpublishable = (problems: readonly FieldProblem[]): Error =>
  refused(MessageTemplateEntity, problems);

/** Ends the use of a text, or throws a draft away. What was sent of it stays. */
export const retireTemplate = (context: RequestContext, input: Named): Promise<MessageTemplate> =>
  runCommand(context, { name: 'retireTemplate', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'templates');
    const text = await lockForWriting(work, MessageTemplateEntity, input.id);
    return text.status === 'RETIRED'
      ? text
      : move(work, text, { status: 'RETIRED', retiredAt: work.now });
  });

async function move(
  work: Work,
  before: MessageTemplate,
  step: Partial<Record<keyof MessageTemplate, unknown>>,
): Promise<MessageTemplate> {
  const changes = changesOf(MessageTemplateEntity, before, new Map(Object.entries(step)));
  return (await writeChange(work, MessageTemplateEntity, { before, changes })).after;
}
