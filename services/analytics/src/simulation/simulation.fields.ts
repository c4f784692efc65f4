import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, int, json, text } from '@crm/kit/record/field';
import type { ModelDefinition } from '../model/model.ts';
import { runStates } from '../run/run.fields.ts';
import { classField, hiddenByClass } from '../strictness.ts';
import type { Comparison } from './simulation.ts';

/** What a draft would make of everybody, computed beside requests and kept for some time. */
export const EvaluationSimulationEntity = defineEntity('EvaluationSimulation', {
  fields: {
    model: text({ max: 64, required: true, label: { zh: '模型', en: 'Model' } }),
    definition: json<ModelDefinition>({
      required: true,
      internal: true,
      label: { zh: '草稿', en: 'Draft' },
    }),
    population: json<Criteria>({ internal: true, label: { zh: '范围', en: 'Population' } }),
    state: choice(runStates, { required: true, label: { zh: '状态', en: 'State' } }),
    day: date({ required: true, label: { zh: '评估日期', en: 'Day' } }),
    subjectsTotal: int({ required: true, label: { zh: '对象总数', en: 'Subjects in all' } }),
    subjectsDone: int({ required: true, label: { zh: '已评估数', en: 'Subjects done' } }),
    startedAt: dateTime({ label: { zh: '开始时间', en: 'Started at' } }),
    finishedAt: dateTime({ label: { zh: '结束时间', en: 'Finished at' } }),
    failure: text({ max: 500, label: { zh: '失败原因', en: 'Failure' } }),
    attempts: int({ required: true, internal: true, label: { zh: '次数', en: 'Attempts' } }),
    comparison: json<Comparison>({ internal: true, label: { zh: '结果', en: 'Result' } }),
    class: classField,
  },
  access: { by: 'company' },
  rowClasses: hiddenByClass,
});

export type EvaluationSimulation = NonNullable<typeof EvaluationSimulationEntity.row>;
