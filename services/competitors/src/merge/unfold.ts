import type { Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { valuesBefore } from '@crm/kit/record/merged-values';
import { restoreRecords, writeChange, writeChanges, type Change } from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { CountermeasureEntity } from '../countermeasure/countermeasure.fields.ts';
import { CompetitorFollowEntity } from '../follow/follow.fields.ts';
import { followOpportunities } from '../opportunity-competitor/follow-opportunities.commands.ts';
import {
  opportunityCompetitorAdded,
  opportunityCompetitorsChanged,
} from '../opportunity-competitor/opportunity-competitor.events.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from '../opportunity-competitor/opportunity-competitor.fields.ts';
import {
  linkProducts,
  winnerOf,
} from '../opportunity-competitor/opportunity-competitor.repository.ts';
import { lockOpportunities } from '../opportunity/opportunity.repository.ts';
import { CompetitorProductEntity, type CompetitorProduct } from '../product/product.fields.ts';
import { competitorProductsChanged } from '../product/product.events.ts';
import type { FoldedContest, FoldedRecords } from './merge.fields.ts';

/** Undoes what was folded. Call it once the records have come back that were moved. */
export async function unfold(work: Work, folded: FoldedRecords | null): Promise<void> {
  if (folded === null) return;
  await unfoldCompetition(work, folded.contests);
  await unfoldFollows(work, folded.follows);
  await nameBack(work, folded.products);
}

/** Has both competitors stand on each opportunity again where both stood, with what each said. */
async function unfoldCompetition(work: Work, contests: FoldedRecords['contests']): Promise<void> {
  const restored: OpportunityCompetitor[] = [];
  for (const contest of contests) {
    await takeBack(work, contest);
    const [gone] = await lockByIds(work.manager, OpportunityCompetitorEntity, [contest.otherId]);
    if (!gone || gone.deletedAt === null) continue;
    const [other = gone] = await restoreRecords(work, OpportunityCompetitorEntity, [gone]);
    restored.push(await standAgain(work, other));
    await giveBack(work, contest);
  }
  // Opportunities went on meanwhile, and those that were removed did not follow them.
  const ids = [...new Set(restored.map(({ opportunityId }) => opportunityId))];
  await followOpportunities(work, await lockOpportunities(work.manager, ids));
}

/** What the one that stayed was given goes back, but for what somebody has changed since. */
async function takeBack(work: Work, { ownId, changes }: FoldedContest): Promise<void> {
  const entity = OpportunityCompetitorEntity;
  const [before] = await lockByIds(work.manager, entity, [ownId]);
  if (!before || before.deletedAt !== null) return;
  const back = changesOf(entity, before, valuesBefore(entity, changes, before));
  const change = await writeChange(work, entity, { before, changes: back });
  await linkProducts(work.manager, change.after);
  await opportunityCompetitorsChanged(work, [change]);
}

/** Two can't have won: if another one has since, the one that is back is not said to have. */
async function standAgain(
  work: Work,
  other: OpportunityCompetitor,
): Promise<OpportunityCompetitor> {
  const entity = OpportunityCompetitorEntity;
  const winner = await winnerOf(work.manager, other.opportunityId, other.id);
  const isTaken = other.standing === 'WON' && winner !== null;
  const { after } = await writeChange(work, entity, {
    before: other,
    changes: isTaken ? { standing: { from: other.standing, to: 'ACTIVE' } } : {},
  });
  await linkProducts(work.manager, after);
  await opportunityCompetitorAdded(work, after);
  return after;
}

async function giveBack(work: Work, { ownId, otherId, measureIds }: FoldedContest): Promise<void> {
  const measures = await lockByIds(work.manager, CountermeasureEntity, measureIds);
  const field = 'opportunityCompetitorId';
  await writeChanges(
    work,
    CountermeasureEntity,
    measures
      .filter(({ opportunityCompetitorId }) => opportunityCompetitorId === ownId)
      .map((before) => ({ before, changes: { [field]: { from: ownId, to: otherId } } })),
  );
}

/** Whoever followed both follows both. */
async function unfoldFollows(work: Work, ids: FoldedRecords['follows']): Promise<void> {
  const rows = await lockByIds(work.manager, CompetitorFollowEntity, ids);
  await restoreRecords(
    work,
    CompetitorFollowEntity,
    rows.filter(({ deletedAt }) => deletedAt !== null),
  );
}

/** Products have their own names again, unless somebody gave them others. */
async function nameBack(work: Work, products: FoldedRecords['products']): Promise<void> {
  const entity = CompetitorProductEntity;
  const ids = products.map(({ id }) => id);
  const changed: Change<CompetitorProduct>[] = [];
  for (const before of await lockByIds(work.manager, entity, ids)) {
    const made = products.find(({ id }) => id === before.id)?.changes ?? null;
    const changes = changesOf(entity, before, valuesBefore(entity, made, before));
    changed.push(await writeChange(work, entity, { before, changes }));
  }
  await competitorProductsChanged(work, changed);
}
