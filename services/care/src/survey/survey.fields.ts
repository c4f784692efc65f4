import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, json, text, type Labels } from '@crm/kit/record/field';

export const questionKinds = {
  RATING: { zh: '评分', en: 'Rating' },
  NPS: { zh: '推荐意愿', en: 'Willingness to recommend' },
  CHOICE: { zh: '单选', en: 'One choice' },
  MULTI_CHOICE: { zh: '多选', en: 'Several choices' },
  TEXT: { zh: '文字', en: 'Text' },
} as const;

export type SurveyOption = { readonly code: string; readonly labels: Labels };

export type SurveyQuestion = {
  /** Names the question within its survey. */
  readonly code: string;
  readonly kind: keyof typeof questionKinds;
  readonly labels: Labels;
  readonly isRequired: boolean;
  /** The best rating; the worst is 1. Null for other kinds. */
  readonly scale: number | null;
  readonly options: readonly SurveyOption[];
};

export const surveyKinds = {
  SATISFACTION: { zh: '满意度调查', en: 'Satisfaction' },
  RESEARCH: { zh: '市场调查', en: 'Market research' },
} as const;

const managed = { managed: true } as const;

/** Questions that people answer once each. Once it is published they stay as they are. */
export const SurveyEntity = defineEntity('Survey', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '问卷编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Labels' } }),
    introduction: json<Labels>({ label: { zh: '说明', en: 'Introduction' } }),
    kind: choice(surveyKinds, { required: true, label: { zh: '类型', en: 'Kind' } }),
    questions: json<readonly SurveyQuestion[]>({
      required: true,
      label: { zh: '问题', en: 'Questions' },
    }),
    opensOn: date({ label: { zh: '开始日期', en: 'Opens' } }),
    closesOn: date({ label: { zh: '截止日期', en: 'Closes' } }),
    status: choice(
      {
        DRAFT: { zh: '草稿', en: 'Draft' },
        PUBLISHED: { zh: '已发布', en: 'Published' },
        CLOSED: { zh: '已结束', en: 'Closed' },
      },
      { required: true, ...managed, label: { zh: '状态', en: 'Status' } },
    ),
    publishedAt: dateTime({ ...managed, label: { zh: '发布时间', en: 'Published' } }),
    publishedById: id({
      ...managed,
      names: 'StaffMember',
      label: { zh: '发布人', en: 'Published by' },
    }),
    closedAt: dateTime({ ...managed, label: { zh: '结束时间', en: 'Closed' } }),
  },
  access: { by: 'company' },
});

export type Survey = NonNullable<typeof SurveyEntity.row>;
