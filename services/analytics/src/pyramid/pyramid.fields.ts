import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity, describeObject } from '@crm/kit/record/entity';
import {
  boolean,
  choice,
  date,
  dateTime,
  decimal,
  id,
  int,
  json,
  list,
  text,
  type Labels,
} from '@crm/kit/record/field';
import { classField, hiddenByClass } from '../strictness.ts';
import type { TierFigures } from './figures.ts';
import type { Tier } from './tier.ts';

/** What subjects are ranked by: one of these. */
export type Factor = {
  readonly indicator?: string | null;
  readonly model?: string | null;
  readonly field?: string | null;
};

/** For those who are not ranked, by what they are. */
export type BaseTier = {
  readonly code: string;
  readonly labels: Labels;
  readonly when: Criteria;
};

const tierCode = text({ max: 32, required: true, label: { zh: '层级', en: 'Tier' } });

/** How customers are divided by what they are worth. */
export const PyramidDefinitionEntity = defineEntity('PyramidDefinition', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '金字塔编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Name' } }),
    factor: json<Factor>({ required: true, label: { zh: '基准因素', en: 'Factor' } }),
    unit: text({ max: 16, managed: true, label: { zh: '单位', en: 'Unit' } }),
    population: json<Criteria>({ label: { zh: '范围', en: 'Population' } }),
    method: choice(
      {
        THRESHOLD: { zh: '界限', en: 'By bounds' },
        RANK_SHARE: { zh: '名次占比', en: 'By share of the customers' },
        VALUE_SHARE: { zh: '数值占比', en: 'By share of the total' },
      },
      { required: true, label: { zh: '方法', en: 'Method' } },
    ),
    tiers: json<readonly Tier[]>({ required: true, label: { zh: '层级', en: 'Tiers' } }),
    base: json<readonly BaseTier[]>({ label: { zh: '基层', en: 'Base tiers' } }),
    measures: list({ max: 5, label: { zh: '附加指标', en: 'Measures beside' } }),
    schedule: choice(
      {
        DAILY: { zh: '每天', en: 'Every day' },
        WEEKLY: { zh: '每周', en: 'Every Monday' },
        MONTHLY: { zh: '每月', en: 'On the first of a month' },
        MANUAL: { zh: '手工', en: 'When asked for' },
      },
      { required: true, label: { zh: '周期', en: 'Schedule' } },
    ),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
    class: classField,
  },
  access: { by: 'company' },
  rowClasses: hiddenByClass,
});

export type PyramidDefinition = NonNullable<typeof PyramidDefinitionEntity.row>;

/** The pyramid as it was when it was taken. */
export const PyramidSnapshotEntity = defineEntity('PyramidSnapshot', {
  fields: {
    definitionId: id({
      required: true,
      references: 'PyramidDefinition',
      label: { zh: '金字塔', en: 'Pyramid' },
    }),
    seq: int({ required: true, label: { zh: '序号', en: 'Number' } }),
    asOf: date({ required: true, label: { zh: '日期', en: 'As of' } }),
    state: choice(
      {
        WAITING: { zh: '等待', en: 'Waiting' },
        RUNNING: { zh: '进行中', en: 'Running' },
        DONE: { zh: '完成', en: 'Done' },
        FAILED: { zh: '失败', en: 'Failed' },
      },
      { required: true, label: { zh: '状态', en: 'State' } },
    ),
    /** In percent. */
    progress: int({ required: true, label: { zh: '进度', en: 'Progress' } }),
    problem: text({ max: 500, label: { zh: '问题', en: 'Problem' } }),
    attempts: int({ required: true, internal: true, label: { zh: '次数', en: 'Attempts' } }),
    finishedAt: dateTime({ label: { zh: '完成时间', en: 'Finished' } }),
    tiers: json<readonly TierFigures[]>({ label: { zh: '层级', en: 'Tiers' } }),
    unplacedCount: int({ label: { zh: '未分层客户数', en: 'Customers in no tier' } }),
    class: classField,
  },
  access: { by: 'company' },
  rowClasses: hiddenByClass,
});

export type PyramidSnapshot = NonNullable<typeof PyramidSnapshotEntity.row>;

/** Where a customer stands. */
export const PyramidPlacement = describeObject('PyramidPlacement', {
  tier: tierCode,
  value: decimal({ label: { zh: '数值', en: 'Value' } }),
  since: date({ required: true, label: { zh: '自', en: 'Since' } }),
});
