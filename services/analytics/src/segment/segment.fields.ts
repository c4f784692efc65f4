import type { Criteria } from '@crm/kit/record/criteria';
import { defineEntity, describeObject } from '@crm/kit/record/entity';
import { boolean, choice, dateTime, json, text, type Labels } from '@crm/kit/record/field';
import { classField, hiddenByClass } from '../strictness.ts';

const causes = {
  CRITERIA: { zh: '条件', en: 'By the criteria' },
  PICKED: { zh: '手工', en: 'Picked by hand' },
  DELETED: { zh: '客户已删', en: 'The customer was deleted' },
  RETIRED: { zh: '停用', en: 'The segment was retired' },
} as const;

/** A group of customers that the company named. */
export const SegmentEntity = defineEntity('Segment', {
  fields: {
    code: text({ max: 64, required: true, label: { zh: '客户群编号', en: 'Code' } }),
    labels: json<Labels>({ required: true, label: { zh: '名称', en: 'Name' } }),
    description: text({ max: 500, label: { zh: '说明', en: 'Description' } }),
    mode: choice(
      {
        DYNAMIC: { zh: '按条件', en: 'By criteria' },
        STATIC: { zh: '手工挑选', en: 'Picked by hand' },
        MIXED: { zh: '条件加手工', en: 'By criteria, and by hand' },
      },
      { required: true, label: { zh: '方式', en: 'Mode' } },
    ),
    criteria: json<Criteria>({ label: { zh: '条件', en: 'Criteria' } }),
    active: boolean({ required: true, label: { zh: '启用', en: 'Active' } }),
    class: classField,
    evaluatedAt: dateTime({
      managed: true,
      label: { zh: '上次计算', en: 'Evaluated' },
      sql: (alias) =>
        `(SELECT sweep.doneAt FROM segmentSweep sweep WHERE sweep.segmentId = ${alias}.id)`,
    }),
  },
  access: { by: 'company' },
  rowClasses: hiddenByClass,
});

export type Segment = NonNullable<typeof SegmentEntity.row>;

/** How customers came into a segment and left it. */
export const SegmentMembership = describeObject('SegmentMembership', {
  enteredAt: dateTime({ required: true, label: { zh: '进入时间', en: 'Entered' } }),
  leftAt: dateTime({ label: { zh: '离开时间', en: 'Left' } }),
  cause: choice(causes, { required: true, label: { zh: '进入原因', en: 'Why entered' } }),
  leftCause: choice(causes, { label: { zh: '离开原因', en: 'Why left' } }),
});

export type Cause = keyof typeof causes;

const isCause = (value: unknown): value is Cause =>
  typeof value === 'string' && Object.hasOwn(causes, value);

export const causeNamed = (value: unknown): Cause | null => (isCause(value) ? value : null);
