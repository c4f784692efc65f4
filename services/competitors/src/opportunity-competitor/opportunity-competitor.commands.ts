import type { RequestContext } from '@crm/kit/context';
import { forbidden, notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { allow, readingOf, scopeSql } from '@crm/kit/record/policy';
import { changeRecord, createRecord, removeRecord, type Rules } from '@crm/kit/record/record';
import { findByIds } from '@crm/kit/record/store';
import type { Opportunity } from '../opportunity/opportunity.ts';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import { awaitOpportunity, lockOpportunity } from '../opportunity/opportunity.repository.ts';
import {
  opportunityCompetitorAdded,
  opportunityCompetitorsChanged,
  opportunityCompetitorsRemoved,
} from './opportunity-competitor.events.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
  type Standing,
} from './opportunity-competitor.fields.ts';
import { foreignProducts, linkProducts, winnerOf } from './opportunity-competitor.repository.ts';
import { opportunityCompetitorProblems } from './opportunity-competitor.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type CompetitionInput = Repeatable & {
  readonly standing?: Standing | null;
  readonly productIds?: readonly string[] | null;
  readonly ourStrategy?: string | null;
};

type AddInput = CompetitionInput & {
  readonly opportunityId: string;
  readonly competitorId: string;
};

const memory = rowMemory(OpportunityCompetitorEntity);

export async function addCompetitorToOpportunity(
  context: RequestContext,
  input: AddInput,
): Promise<OpportunityCompetitor> {
  await awaitOpportunity(context, input.opportunityId, mayBe(input.standing));
  return runCommand(
    context,
    { name: 'addCompetitorToOpportunity', input, memory },
    async (work) => {
      allowWriting(work, input);
      const opportunity = await lockOpportunity(work, input.opportunityId);
      const given = await withCurrentCompetitor(work, input);
      const { competitorId, productIds } = given;
      const added = await createRecord(work, OpportunityCompetitorEntity, {
        input: { ...given, customerId: opportunity.customerId },
        rules: await competitionRules(work, opportunity, { id: null, competitorId, productIds }),
      });
      await linkProducts(work.manager, added);
      await opportunityCompetitorAdded(work, added);
      return added;
    },
  );
}

export async function updateOpportunityCompetitor(
  context: RequestContext,
  input: CompetitionInput & Versioned,
): Promise<OpportunityCompetitor> {
  await awaitLoss(context, input);
  return runCommand(
    context,
    { name: 'updateOpportunityCompetitor', input, memory },
    async (work) => {
      allowWriting(work, input);
      const { id, expectedVersion = null, productIds } = input;
      const { opportunityId, competitorId } = await findRow(work, id);
      const opportunity = await lockOpportunity(work, opportunityId);
      const change = await changeRecord(work, OpportunityCompetitorEntity, {
        id,
        expectedVersion,
        input,
        rules: await competitionRules(work, opportunity, { id, competitorId, productIds }),
      });
      if (change.changedFields.includes('productIds')) {
        await linkProducts(work.manager, change.after);
      }
      await opportunityCompetitorsChanged(work, [change]);
      return change.after;
    },
  );
}

export const removeCompetitorFromOpportunity = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<OpportunityCompetitor> =>
  runCommand(context, { name: 'removeCompetitorFromOpportunity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'opportunity competitors');
    const { id, expectedVersion = null } = input;
    const removed = await removeRecord(work, OpportunityCompetitorEntity, {
      id,
      expectedVersion,
    });
    await opportunityCompetitorsRemoved(work, [removed]);
    return removed;
  });

/** Who reads our strategy may say what it is on an opportunity, too. */
function allowWriting({ viewer }: Work, { ourStrategy }: CompetitionInput): void {
  allow(viewer, 'write', 'opportunity competitors');
  if (ourStrategy !== undefined && readingOf(viewer, 'CONFIDENTIAL') !== 'read') {
    throw forbidden('You may not write ourStrategy');
  }
}

/** The row that is to be changed, without a lock: its opportunity is locked before it. */
async function findRow({ manager, viewer, now }: Work, id: string): Promise<OpportunityCompetitor> {
  const entity = OpportunityCompetitorEntity;
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const [row] = await findByIds(manager, entity, { ids: [id].filter(isId), scope });
  if (!row) throw notFound(entity.name, id);
  return row;
}

/** That an opportunity was lost may be told after the client has learnt of it. */
async function awaitLoss(
  context: RequestContext,
  { id, standing }: CompetitionInput & Versioned,
): Promise<void> {
  if (standing !== 'WON') return;
  const row = await memory.recall(context.app.db.manager, id).catch(() => null);
  if (row) await awaitOpportunity(context, row.opportunityId, mayBe(standing));
}

const mayBe =
  (standing: Standing | null | undefined) =>
  ({ status }: Opportunity): boolean =>
    standing !== 'WON' || status === 'LOST';

type Competing = {
  readonly id: string | null;
  readonly competitorId: string;
  readonly productIds: readonly string[] | null | undefined;
};

async function competitionRules(
  { manager, now }: Work,
  opportunity: Opportunity,
  { id, competitorId, productIds }: Competing,
): Promise<Rules<OpportunityCompetitor>> {
  const { status, amount, salespersonId, closedOn } = opportunity;
  const winnerId = await winnerOf(manager, opportunity.id);
  const circumstances = {
    status,
    hasOtherWinner: winnerId !== null && winnerId !== id,
    foreignProducts: await foreignProducts(manager, competitorId, productIds ?? []),
    today: companyDate(now),
  };
  return {
    defaults: () => ({ standing: 'ACTIVE', since: circumstances.today, incumbent: false }),
    derive: () => ({
      opportunityStatus: status,
      'opportunityAmount.amount': amount?.amount ?? null,
      'opportunityAmount.currency': amount?.currency ?? null,
      salespersonId,
      closedOn,
    }),
    check: (row) => opportunityCompetitorProblems(row, circumstances),
  };
}
