import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, text } from '@crm/kit/record/field';

const kindLabels = {
  CREATED: { zh: '新建', en: 'Created' },
  CHANGED: { zh: '修改', en: 'Changed' },
  TRANSFERRED: { zh: '移交', en: 'Transferred' },
  CLAIMED: { zh: '领取', en: 'Claimed' },
  RELEASED: { zh: '退回公海', en: 'Released' },
  RECYCLED: { zh: '自动回收', en: 'Recycled' },
  MERGED: { zh: '合并', en: 'Merged' },
} as const;

export type OwnershipKind = keyof typeof kindLabels;

/**
 * Who had a customer, from when until when; without an owner it is in the pool. Written and ended,
 * never changed. What a merged customer went through stays with it.
 */
export const OwnershipTermEntity = defineEntity('OwnershipTerm', {
  fields: {
    customerId: id({ required: true, managed: true, label: { zh: '客户', en: 'Customer' } }),
    ownerId: id({ managed: true, label: { zh: '负责人', en: 'Owner' } }),
    teamId: id({ managed: true, label: { zh: '所属团队', en: 'Team' } }),
    startedAt: dateTime({ required: true, managed: true, label: { zh: '开始时间', en: 'From' } }),
    endedAt: dateTime({ managed: true, label: { zh: '结束时间', en: 'To' } }),
    kind: choice(kindLabels, { required: true, managed: true, label: { zh: '方式', en: 'Kind' } }),
    reason: text({ max: 500, managed: true, label: { zh: '原因', en: 'Reason' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type OwnershipTerm = NonNullable<typeof OwnershipTermEntity.row>;
