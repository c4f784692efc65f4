import type { Changes } from '@crm/kit/record/audit';
import { defineEntity } from '@crm/kit/record/entity';
import { dateTime, id, json, text } from '@crm/kit/record/field';

/** The merged competitor, by what people knew it. */
export type MergedCompetitor = {
  readonly id: string;
  readonly code: string;
  readonly name: string;
};

/** What the merge has made of records of which the survivor may have one alone. */
export type FoldedRecords = {
  /** Places on one opportunity: `otherId` was removed, with its countermeasures given to `ownId`. */
  readonly contests: readonly FoldedContest[];
  /** Those that were removed, as their staff follow the survivor. */
  readonly follows: readonly string[];
  /** Those that got another name. */
  readonly products: readonly { readonly id: string; readonly changes: Changes }[];
};

export type FoldedContest = {
  readonly ownId: string;
  readonly otherId: string;
  readonly changes: Changes;
  readonly measureIds: readonly string[];
};

/** One competitor that was merged into another. Its own ids stay as they were: they are history. */
export const CompetitorMergeEntity = defineEntity('CompetitorMerge', {
  fields: {
    survivorId: id({ required: true, label: { zh: '保留对手', en: 'Survivor' } }),
    mergedId: id({ required: true, label: { zh: '被合并对手', en: 'Merged competitor' } }),
    merged: json<MergedCompetitor>({
      managed: true,
      label: { zh: '被合并对手', en: 'Merged competitor' },
    }),
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
  access: { by: 'company', writers: 'staff' },
});

export type CompetitorMerge = NonNullable<typeof CompetitorMergeEntity.row>;
