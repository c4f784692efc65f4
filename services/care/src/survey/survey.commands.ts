import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
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
import { SurveyEntity, type Survey } from './survey.fields.ts';
import {
  opennessOf,
  requireUnlocked,
  surveyProblems,
  wholeQuestion,
  type QuestionInput,
} from './survey.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type SaveInput = Repeatable & {
  readonly id?: string | null;
  readonly expectedVersion?: number | null;
  readonly code?: string | null;
  readonly questions?: readonly QuestionInput[] | null;
};

const memory = rowMemory(SurveyEntity);

const rules: Rules<Survey> = {
  defaults: () => ({ kind: 'SATISFACTION' }),
  derive: ({ status }) => ({ status: status ?? 'DRAFT' }),
  check: surveyProblems,
};

/** Makes a survey as a draft, or changes the one that `id` names. */
export const saveSurvey = (context: RequestContext, given: SaveInput): Promise<Survey> =>
  runCommand(context, { name: 'saveSurvey', input: given, memory }, async (work) => {
    allow(work.viewer, 'manage', 'surveys');
    const { id, expectedVersion = null, clientMutationId: _, ...rest } = given;
    const input = rest.questions ? { ...rest, questions: rest.questions.map(wholeQuestion) } : rest;
    if (!id) return createRecord(work, SurveyEntity, { input, rules });
    const before = await lockForWriting(work, SurveyEntity, id);
    if (rest.code && rest.code !== before.code) {
      throw refused(SurveyEntity, [{ path: 'code', message: `stays ${before.code}` }]);
    }
    requireUnlocked(before, Object.keys(input));
    return (await changeRecord(work, SurveyEntity, { id, expectedVersion, input, rules })).after;
  });

type Named = Repeatable & { readonly id: string };

/** Lets people answer a survey, whose questions stay as they are from now on. */
export const publishSurvey = (context: RequestContext, input: Named): Promise<Survey> =>
  runCommand(context, { name: 'publishSurvey', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'surveys');
    const survey = await lockForWriting(work, SurveyEntity, input.id);
    if (survey.status === 'PUBLISHED') return survey;
    if (survey.status === 'CLOSED') throw ruleViolation('A closed survey is not opened again');
    if (opennessOf({ ...survey, status: 'PUBLISHED' }, companyDate(work.now)) === 'CLOSED') {
      throw ruleViolation(`The survey closed on ${survey.closesOn}: let it close later first`);
    }
    const published = { publishedAt: work.now, publishedById: work.viewer.staffId };
    return move(work, survey, { status: 'PUBLISHED', ...published });
  });

/** Takes no answers any more. */
export const closeSurvey = (context: RequestContext, input: Named): Promise<Survey> =>
  runCommand(context, { name: 'closeSurvey', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'surveys');
    const survey = await lockForWriting(work, SurveyEntity, input.id);
    return survey.status === 'CLOSED'
      ? survey
      : move(work, survey, { status: 'CLOSED', closedAt: work.now });
  });

async function move(work: Work, before: Survey, step: Partial<Survey>): Promise<Survey> {
  const changes = changesOf(SurveyEntity, before, new Map(Object.entries(step)));
  return (await writeChange(work, SurveyEntity, { before, changes })).after;
}
