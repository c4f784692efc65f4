import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, dateTime, id, int, text } from '@crm/kit/record/field';

export const runStates = {
  QUEUED: { zh: '等待', en: 'Queued' },
  RUNNING: { zh: '进行中', en: 'Running' },
  DONE: { zh: '完成', en: 'Done' },
  FAILED: { zh: '失败', en: 'Failed' },
  CANCELLED: { zh: '已取消', en: 'Cancelled' },
} as const;

/** An evaluation of all subjects of a model, new ranks included. */
export const EvaluationRunEntity = defineEntity('EvaluationRun', {
  fields: {
    model: text({ max: 64, required: true, label: { zh: '模型', en: 'Model' } }),
    cause: choice(
      { REQUEST: { zh: '手动', en: 'Asked for' }, SCHEDULE: { zh: '每日', en: 'Daily' } },
      { required: true, label: { zh: '起因', en: 'Cause' } },
    ),
    state: choice(runStates, { required: true, label: { zh: '状态', en: 'State' } }),
    day: date({ required: true, label: { zh: '评估日期', en: 'Day' } }),
    subjectsTotal: int({ required: true, label: { zh: '对象总数', en: 'Subjects in all' } }),
    subjectsDone: int({ required: true, label: { zh: '已评估数', en: 'Subjects done' } }),
    resultsChanged: int({ required: true, label: { zh: '变动数', en: 'Results changed' } }),
    cursorId: id({ internal: true, label: { zh: '进度', en: 'Place' } }),
    rankedAt: dateTime({ label: { zh: '排名时间', en: 'Ranked at' } }),
    startedAt: dateTime({ label: { zh: '开始时间', en: 'Started at' } }),
    finishedAt: dateTime({ label: { zh: '结束时间', en: 'Finished at' } }),
    resultHash: text({ max: 64, label: { zh: '结果摘要', en: 'Hash of the results' } }),
    failure: text({ max: 500, label: { zh: '失败原因', en: 'Failure' } }),
  },
  access: { by: 'company' },
});

export type EvaluationRun = NonNullable<typeof EvaluationRunEntity.row>;
