import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { valuesBefore } from '@crm/kit/record/merged-values';
import { removeRecords, restoreRecord, writeChange, type Change } from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { ruleViolation } from '@crm/kit/errors';
import {
  affiliationChanged,
  affiliationRemoved,
  affiliationRestored,
} from '../affiliation/affiliation.events.ts';
import { AffiliationEntity, type Affiliation } from '../affiliation/affiliation.fields.ts';
import { conflictsWith } from '../affiliation/affiliation.ts';
import { foldsOf } from './merge.ts';
import type { FoldedRecords } from './merge.fields.ts';

type Both = { readonly own: readonly Affiliation[]; readonly theirs: readonly Affiliation[] };

/** Has what both people were at the same place at a time be one affiliation of the survivor. */
export async function foldAffiliations(
  work: Work,
  { own, theirs }: Both,
): Promise<Omit<FoldedRecords, 'relationships'>> {
  const folds = foldsOf(own, theirs);
  const gone = folds.flatMap(({ removed }) => removed ?? []);
  const changes: Change<Affiliation>[] = [];
  for (const { kept, values } of folds) {
    const change = await writeChange(work, AffiliationEntity, {
      before: kept,
      changes: changesOf(AffiliationEntity, kept, values),
    });
    if (change.changedFields.length > 0) changes.push(change);
  }
  const removed = await removeRecords(work, AffiliationEntity, gone);
  await affiliationChanged(work, changes);
  await affiliationRemoved(work, removed);
  return {
    changed: changes.map(({ after, changes: made }) => ({ id: after.id, changes: made })),
    removed: removed.map(({ id }) => id),
  };
}

/** What the survivor would be then must not contradict itself. */
export function refuseConflicts(affiliations: readonly Affiliation[]): void {
  for (const each of affiliations) {
    const [problem] = conflictsWith(each, affiliations);
    if (problem) throw ruleViolation(`They cannot be one person: ${problem.message}`);
  }
}

export async function unfoldAffiliations(work: Work, folded: FoldedRecords | null): Promise<void> {
  const { changed = [], removed = [] } = folded ?? {};
  const rows = await lockByIds(
    work.manager,
    AffiliationEntity,
    changed.map(({ id }) => id),
  );
  const changes: Change<Affiliation>[] = [];
  for (const before of rows.filter(({ deletedAt }) => deletedAt === null)) {
    const made = changed.find(({ id }) => id === before.id)?.changes ?? null;
    const back = valuesBefore(AffiliationEntity, made, before);
    changes.push(
      await writeChange(work, AffiliationEntity, {
        before,
        changes: changesOf(AffiliationEntity, before, back),
      }),
    );
  }
  const restored: Affiliation[] = [];
  for (const id of removed) restored.push(await restoreRecord(work, AffiliationEntity, id));
  await affiliationChanged(work, changes);
  await affiliationRestored(work, restored);
}
