import { describeObject, type Entity } from '@crm/kit/record/entity';
import { date, text } from '@crm/kit/record/field';
import { activityKind } from './activity/activity.fields.ts';

/** What is a part of answers, and has labels of its own. */
export const objects: readonly Entity[] = [
  describeObject('CompetitorMove', {
    kind: activityKind,
    title: text({ max: 200, required: true, label: { zh: '标题', en: 'Title' } }),
    occurredOn: date({ required: true, label: { zh: '发生日期', en: 'Occurred on' } }),
  }),
];
