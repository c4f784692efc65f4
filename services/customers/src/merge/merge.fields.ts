import type { Changes } from '@crm/kit/record/audit';
import { defineEntity } from '@crm/kit/record/entity';
import { dateTime, id, json, list, text } from '@crm/kit/record/field';

/** The merged customer, by what people knew it. */
export type MergedCustomer = { readonly id: string; readonly code: string; readonly name: string };

/** One customer that was merged into another. Its own ids stay as they were: they are history. */
export const CustomerMergeEntity = defineEntity('CustomerMerge', {
  fields: {
    survivorId: id({ required: true, label: { zh: '保留客户', en: 'Survivor' } }),
    mergedId: id({ required: true, label: { zh: '被合并客户', en: 'Merged customer' } }),
    merged: json<MergedCustomer>({
      managed: true,
      label: { zh: '被合并客户', en: 'Merged customer' },
    }),
    takeFields: list({ max: 100, label: { zh: '取自被合并客户的字段', en: 'Taken fields' } }),
    reason: text({ max: 500, label: { zh: '原因', en: 'Reason' } }),
    changes: json<Changes>({
      managed: true,
      internal: true,
      label: { zh: '字段变化', en: 'Changes of the survivor' },
    }),
    reversedAt: dateTime({ managed: true, label: { zh: '撤销时间', en: 'Undone' } }),
    reversedById: id({ managed: true, label: { zh: '撤销人', en: 'Undone by' } }),
  },
  access: { by: 'parent', column: 'survivorId', table: 'customer' },
});

export type CustomerMerge = NonNullable<typeof CustomerMergeEntity.row>;
