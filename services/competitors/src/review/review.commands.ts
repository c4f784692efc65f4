import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, writeChanges, type Change } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { WinLossReviewed, type WinLossData } from '@crm/schemas/events/win-loss';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import type { Opportunity } from '../opportunity/opportunity.ts';
import { awaitOpportunity, lockOpportunity } from '../opportunity/opportunity.repository.ts';
import { opportunityCompetitorsChanged } from '../opportunity-competitor/opportunity-competitor.events.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from '../opportunity-competitor/opportunity-competitor.fields.ts';
import { lockCompetition } from '../opportunity-competitor/opportunity-competitor.repository.ts';
import { WinLossReviewEntity, type WinLossReview } from './review.fields.ts';
import { reviewProblems } from './review.ts';

type ReviewInput = {
  readonly opportunityId: string;
  readonly expectedVersion?: number | null;
  readonly winnerId?: string | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(WinLossReviewEntity);

const isReviewed = ({ status }: Opportunity): boolean => status === 'WON' || status === 'LOST';

/** Says why an opportunity was won or lost, once for each; who has won it is WON from then on. */
export async function reviewWinLoss(
  context: RequestContext,
  input: ReviewInput,
): Promise<WinLossReview> {
  await awaitOpportunity(context, input.opportunityId, isReviewed);
  return runCommand(context, { name: 'reviewWinLoss', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'win and loss reviews');
    const opportunity = await lockOpportunity(work, input.opportunityId);
    const { status } = opportunity;
    if (status !== 'WON' && status !== 'LOST') {
      throw ruleViolation(`The opportunity is ${status}: a review is of what was won or lost`);
    }
    const competition = await lockCompetition(work.manager, [opportunity.id]);
    const circumstances = { opportunity, outcome: status, competition };
    const given = await withCurrentCompetitor(work, input, 'winnerId');
    const { review, isChanged } = await saveReview(work, given, circumstances);
    await nameWinner(work, competition, review.winnerId);
    if (isChanged) await reviewed(work, [review]);
    return review;
  });
}

type Circumstances = {
  readonly opportunity: Opportunity;
  readonly outcome: WinLossReview['outcome'];
  readonly competition: readonly OpportunityCompetitor[];
};

async function saveReview(
  work: Work,
  input: ReviewInput,
  { opportunity, outcome, competition }: Circumstances,
): Promise<{ readonly review: WinLossReview; readonly isChanged: boolean }> {
  const circumstances = {
    outcome,
    currency: opportunity.amount?.currency ?? null,
    competitorIds: new Set(competition.map(({ competitorId }) => competitorId)),
    knownWinnerId: competition.find(({ standing }) => standing === 'WON')?.competitorId ?? null,
    today: companyDate(work.now),
  };
  const rules = {
    defaults: () => ({ reviewedOn: circumstances.today }),
    derive: () => ({ customerId: opportunity.customerId, outcome }),
    check: (review: WinLossReview) => reviewProblems(review, circumstances),
  };
  const [before] = await selectRows(
    work.manager,
    WinLossReviewEntity,
    sql`WHERE t.opportunityId = ${idToBytes(opportunity.id)} AND t.deletedAt IS NULL FOR UPDATE`,
  );
  if (!before) {
    const review = await createRecord(work, WinLossReviewEntity, { input, rules });
    return { review, isChanged: true };
  }
  const { expectedVersion = null } = input;
  const order = { id: before.id, expectedVersion, input, rules };
  const { after, changedFields } = await changeRecord(work, WinLossReviewEntity, order);
  return { review: after, isChanged: changedFields.length > 0 };
}

async function nameWinner(
  work: Work,
  competition: readonly OpportunityCompetitor[],
  winnerId: string | null,
): Promise<void> {
  const planned = competition
    .filter(({ competitorId, standing }) => competitorId === winnerId && standing !== 'WON')
    .map((before) => ({
      before,
      changes: { standing: { from: before.standing, to: 'WON' } },
    }));
  const changed = await writeChanges(work, OpportunityCompetitorEntity, planned);
  await opportunityCompetitorsChanged(work, changed);
}

const customerId = (review: WinLossReview): string => review.customerId;

const data = (review: WinLossReview): WinLossData => ({
  opportunityId: review.opportunityId,
  customerId: review.customerId,
  outcome: review.outcome,
  winnerId: review.winnerId,
  reasons: review.reasons,
});

const reviewed = (work: Work, rows: readonly WinLossReview[]): Promise<void> =>
  publishRows(work, { type: WinLossReviewed, rows, customerId, data });

/** They belong to another customer, or name another competitor, now. */
export const reviewsMoved = (
  work: Work,
  changes: readonly Change<WinLossReview>[],
): Promise<void> =>
  reviewed(
    work,
    changes.map(({ after }) => after),
  );

export const reviewSnapshot = snapshotOf({
  entity: WinLossReviewEntity,
  type: WinLossReviewed,
  customerId,
  data,
});
