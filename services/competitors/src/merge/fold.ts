import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { removeRecords, writeChange, writeChanges } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { Competitor } from '../competitor/competitor.fields.ts';
import { CountermeasureEntity } from '../countermeasure/countermeasure.fields.ts';
import { CompetitorFollowEntity } from '../follow/follow.fields.ts';
import {
  opportunityCompetitorsChanged,
  opportunityCompetitorsRemoved,
} from '../opportunity-competitor/opportunity-competitor.events.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from '../opportunity-competitor/opportunity-competitor.fields.ts';
import { linkProducts } from '../opportunity-competitor/opportunity-competitor.repository.ts';
import { CompetitorProductEntity } from '../product/product.fields.ts';
import { competitorProductsChanged } from '../product/product.events.ts';
import type { FoldedContest, FoldedRecords } from './merge.fields.ts';
import { distinctName, foldedValues } from './merge.ts';

export type Pair = { readonly survivor: Competitor; readonly merged: Competitor };

/** A competitor stands on an opportunity once: of two there one stays, with what both said. */
export async function foldCompetition(
  work: Work,
  { survivor, merged }: Pair,
): Promise<FoldedContest[]> {
  const theirs = await selectRows(
    work.manager,
    OpportunityCompetitorEntity,
    sql`WHERE t.competitorId = ${idToBytes(merged.id)} AND t.deletedAt IS NULL
      AND EXISTS (SELECT 1 FROM opportunityCompetitor o WHERE o.opportunityId = t.opportunityId
        AND o.competitorId = ${idToBytes(survivor.id)} AND o.deletedAt IS NULL)
      ORDER BY t.id FOR UPDATE`,
  );
  const folded: FoldedContest[] = [];
  for (const other of theirs) {
    const [own] = await selectRows(
      work.manager,
      OpportunityCompetitorEntity,
      sql`WHERE t.opportunityId = ${idToBytes(other.opportunityId)}
        AND t.competitorId = ${idToBytes(survivor.id)} AND t.deletedAt IS NULL FOR UPDATE`,
    );
    if (own) folded.push(await foldOne(work, own, other));
  }
  return folded;
}

async function foldOne(
  work: Work,
  own: OpportunityCompetitor,
  other: OpportunityCompetitor,
): Promise<FoldedContest> {
  const removed = await removeRecords(work, OpportunityCompetitorEntity, [other]);
  await opportunityCompetitorsRemoved(work, removed);
  const entity = OpportunityCompetitorEntity;
  const changes = changesOf(entity, own, foldedValues(own, other));
  const change = await writeChange(work, entity, { before: own, changes });
  await linkProducts(work.manager, change.after);
  await opportunityCompetitorsChanged(work, [change]);
  const measures = await selectRows(
    work.manager,
    CountermeasureEntity,
    sql`WHERE t.opportunityCompetitorId = ${idToBytes(other.id)} AND t.deletedAt IS NULL FOR UPDATE`,
  );
  await writeChanges(
    work,
    CountermeasureEntity,
    measures.map((before) => ({
      before,
      changes: { opportunityCompetitorId: { from: other.id, to: own.id } },
    })),
  );
  const measureIds = measures.map(({ id }) => id);
  return { ownId: own.id, otherId: other.id, changes: change.changes, measureIds };
}

/** The survivor has a product of that name: the other one is told apart from it. */
export async function renameProducts(
  work: Work,
  { survivor, merged }: Pair,
): Promise<FoldedRecords['products']> {
  const same = await selectRows(
    work.manager,
    CompetitorProductEntity,
    sql`WHERE t.competitorId = ${idToBytes(merged.id)} AND t.deletedAt IS NULL
      AND EXISTS (SELECT 1 FROM competitorProduct o WHERE o.competitorId = ${idToBytes(survivor.id)}
        AND o.name = t.name AND o.deletedAt IS NULL) ORDER BY t.id FOR UPDATE`,
  );
  const changed = await writeChanges(
    work,
    CompetitorProductEntity,
    same.map((before) => ({
      before,
      changes: { name: { from: before.name, to: distinctName(before.name, merged.code) } },
    })),
  );
  await competitorProductsChanged(work, changed);
  return changed.map(({ after, changes }) => ({ id: after.id, changes }));
}

/** Whoever follows both follows one. */
export async function foldFollows(work: Work, { survivor, merged }: Pair): Promise<string[]> {
  const double = await selectRows(
    work.manager,
    CompetitorFollowEntity,
    sql`WHERE t.competitorId = ${idToBytes(merged.id)} AND t.deletedAt IS NULL
      AND EXISTS (SELECT 1 FROM competitorFollow o WHERE o.competitorId = ${idToBytes(survivor.id)}
        AND o.staffId = t.staffId AND o.deletedAt IS NULL) ORDER BY t.id FOR UPDATE`,
  );
  const removed = await removeRecords(work, CompetitorFollowEntity, double);
  return removed.map(({ id }) => id);
}
