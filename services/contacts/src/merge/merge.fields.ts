import type { Changes } from '@crm/kit/record/audit';
import { defineEntity } from '@crm/kit/record/entity';
import { boolean, dateTime, id, json, list, text } from '@crm/kit/record/field';
import { byPerson } from '../person/person-access.ts';

/** The merged person, by what people knew it. */
export type MergedPerson = { readonly id: string; readonly code: string; readonly name: string };

/** What the merge has made of affiliations that both had at the same place, and of the primary ones. */
export type FoldedRecords = {
  readonly changed: readonly { readonly id: string; readonly changes: Changes }[];
  readonly removed: readonly string[];
  /** What related the two, and what they were alike to others. */
  readonly relationships: readonly string[];
};

/** One person that was merged into another. Its own ids stay as they were: they are history. */
export const PersonMergeEntity = defineEntity('PersonMerge', {
  fields: {
    survivorId: id({ required: true, label: { zh: '保留联系人', en: 'Survivor' } }),
    mergedId: id({ required: true, label: { zh: '被合并联系人', en: 'Merged person' } }),
    merged: json<MergedPerson>({
      managed: true,
      label: { zh: '被合并联系人', en: 'Merged person' },
    }),
    isIdentification: boolean({
      required: true,
      managed: true,
      label: { zh: '确认身份', en: 'Placeholder identified' },
    }),
    takeFields: list({ max: 100, label: { zh: '取自被合并联系人的字段', en: 'Taken fields' } }),
    reason: text({ max: 500, label: { zh: '原因', en: 'Reason' } }),
    changes: json<Changes>({
      managed: true,
      internal: true,
      label: { zh: '字段变化', en: 'Changes of the survivor' },
    }),
    folded: json<FoldedRecords>({
      managed: true,
      internal: true,
      label: { zh: '合并的记录', en: 'Folded records' },
    }),
    reversedAt: dateTime({ managed: true, label: { zh: '撤销时间', en: 'Undone' } }),
    reversedById: id({ managed: true, label: { zh: '撤销人', en: 'Undone by' } }),
  },
  access: byPerson('survivorId'),
});

export type PersonMerge = NonNullable<typeof PersonMergeEntity.row>;
