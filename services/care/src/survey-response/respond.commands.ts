import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { insertRecords, newRow } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import { SurveyAnswered, type SurveyAnsweredData } from '@crm/schemas/events/survey';
import { SurveyEntity, type Survey } from '../survey/survey.fields.ts';
import { opennessOf } from '../survey/survey.ts';
import type { Language } from '../template/merge-field.ts';
import { npsOf, readAnswers, scoreOf, type Answered } from './answer.ts';
import { findInvitation, type Invitation } from './invitation.repository.ts';
import { SurveyResponseEntity, type SurveyResponse } from './survey-response.fields.ts';

/** What whoever opens a link is shown. */
export type Answering =
  | { readonly state: 'closed' | 'early' | 'thanks' | 'used'; readonly locale: Language }
  | {
      readonly state: 'open';
      readonly locale: Language;
      readonly survey: Survey;
      readonly given: Answered | null;
    };

type Asked = {
  readonly taskId: string;
  /** Null as the person prefers it. */
  readonly locale: Language | null;
  /** What was sent; null to look at the questions. */
  readonly form: URLSearchParams | null;
};

/** Shows a survey to its person, or takes what the person has answered. Null for a link of nobody. */
export async function answerSurvey(work: Work, asked: Asked): Promise<Answering | null> {
  const invitation = await findInvitation(work.manager, asked.taskId, {
    isLocked: asked.form !== null,
  });
  if (invitation === null) return null;
  const [survey] = await findByIds(work.manager, SurveyEntity, { ids: [invitation.surveyId] });
  if (!survey) return null;
  const locale = asked.locale ?? invitation.locale;
  const notice = noticeOf(invitation, survey, companyDate(work.now));
  if (notice !== null) return { state: notice, locale };
  if (asked.form === null) return { state: 'open', locale, survey, given: null };
  const given = readAnswers(survey.questions ?? [], asked.form);
  if (given.problems.size > 0) return { state: 'open', locale, survey, given };
  await saveResponse(work, survey, { invitation, locale, given });
  return { state: 'thanks', locale };
}

/** Why nothing can be answered; null when it can. */
function noticeOf(
  { isAnswered }: Invitation,
  survey: Survey,
  today: string,
): 'closed' | 'early' | 'used' | null {
  if (isAnswered) return 'used';
  const openness = opennessOf(survey, today);
  if (openness === 'OPEN') return null;
  return openness === 'CLOSED' ? 'closed' : 'early';
}

type Saved = {
  readonly invitation: Invitation;
  readonly locale: Language;
  readonly given: Answered;
};

async function saveResponse(work: Work, survey: Survey, saved: Saved): Promise<void> {
  const { invitation, locale, given } = saved;
  const { taskId, personId, customerId } = invitation;
  const questions = survey.questions ?? [];
  const { answers } = given;
  const values = {
    surveyId: survey.id,
    taskId,
    personId,
    customerId,
    kind: survey.kind,
    locale,
    answeredAt: work.now,
    score: scoreOf(questions, answers),
    nps: npsOf(questions, answers),
    answers,
  };
  const row = newRow(work, SurveyResponseEntity, {
    values: new Map<string, unknown>(Object.entries(values)),
    rules: {},
  });
  await insertRecords(work, SurveyResponseEntity, [row]);
  await publishRows(work, { type: SurveyAnswered, rows: [row], customerId: customerOf, data });
}

const customerOf = ({ customerId }: SurveyResponse): string | null => customerId;

/** What was said in words is the person's and not told. */
const data = (response: SurveyResponse): SurveyAnsweredData => ({
  surveyId: response.surveyId,
  taskId: response.taskId,
  personId: response.personId,
  customerId: response.customerId,
  kind: response.kind,
  score: response.score,
  nps: response.nps,
  answeredAt: response.answeredAt.toISOString(),
});

export const surveyResponseSnapshot = snapshotOf({
  entity: SurveyResponseEntity,
  type: SurveyAnswered,
  customerId: customerOf,
  data,
});
