import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, decimal, id, int, json } from '@crm/kit/record/field';
import { PersonPulseEntity } from '../person/person.fields.ts';
import { surveyKinds } from '../survey/survey.fields.ts';
import { locales } from '../template/template.fields.ts';

/** What somebody has answered to one question. */
export type SurveyAnswer = {
  /** The code of the question. */
  readonly question: string;
  /** Codes of options, or one number; empty for a text. */
  readonly values: readonly string[];
  readonly text: string | null;
};

const managed = { managed: true } as const;

/** What one person has answered to a survey that was sent for a task, for the staff. Nothing of it changes. */
export const SurveyResponseEntity = defineEntity('SurveyResponse', {
  fields: {
    surveyId: id({ required: true, ...managed, label: { zh: '问卷', en: 'Survey' } }),
    taskId: id({ required: true, ...managed, label: { zh: '任务', en: 'Task' } }),
    personId: id({ required: true, ...managed, label: { zh: '联系人', en: 'Person' } }),
    customerId: id({ ...managed, label: { zh: '客户', en: 'Customer' } }),
    kind: choice(surveyKinds, { required: true, ...managed, label: { zh: '类型', en: 'Kind' } }),
    locale: choice(locales, { required: true, ...managed, label: { zh: '语言', en: 'Locale' } }),
    answeredAt: dateTime({ required: true, ...managed, label: { zh: '答复时间', en: 'Answered' } }),
    score: decimal({ ...managed, label: { zh: '满意度得分', en: 'Satisfaction' } }),
    nps: int({ ...managed, label: { zh: '推荐意愿', en: 'Willingness to recommend' } }),
    answers: json<readonly SurveyAnswer[]>({
      class: 'PERSONAL',
      ...managed,
      label: { zh: '答案', en: 'Answers' },
    }),
  },
  access: {
    by: 'all',
    of: [
      { by: 'company', writers: 'staff' },
      {
        by: 'any',
        of: [
          { by: 'parent', column: 'customerId', table: 'customerAccess' },
          { by: 'record', column: 'personId', of: () => PersonPulseEntity },
        ],
      },
    ],
  },
});

export type SurveyResponse = NonNullable<typeof SurveyResponseEntity.row>;
