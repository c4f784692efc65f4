import { factStamps } from '@crm/kit/projection/state';
import { defineEntity } from '@crm/kit/record/entity';
import { dateTime, decimal, id, int, text } from '@crm/kit/record/field';
import { access, relations } from './fact.fields.ts';

/** What somebody has answered to a survey, in figures, for the staff. */
export const SurveyResponseFact = defineEntity('SurveyResponseFact', {
  fields: {
    ...factStamps,
    customerId: id({ references: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    personId: id({ required: true, references: 'Person', label: { zh: '联系人', en: 'Person' } }),
    surveyId: id({ required: true, label: { zh: '问卷', en: 'Survey' } }),
    kind: text({ max: 16, required: true, label: { zh: '类型', en: 'Kind' } }),
    answeredAt: dateTime({ required: true, label: { zh: '答复时间', en: 'Answered at' } }),
    score: decimal({ label: { zh: '满意度得分', en: 'Satisfaction' } }),
    nps: int({ label: { zh: '推荐意愿', en: 'Willingness to recommend' } }),
  },
  access: { by: 'all', of: [{ by: 'company', writers: 'staff' }, access] },
  relations,
});
