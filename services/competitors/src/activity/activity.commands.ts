import type { RequestContext } from '@crm/kit/context';
import { forbidden } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { companyDate } from '@crm/kit/record/criteria';
import { allow, scopeOf } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  lockForWriting,
  removeRecord,
  type Rules,
} from '@crm/kit/record/record';
import { awaitConcern, lockConcern, type Concern } from '../audience/audience.commands.ts';
import { withCurrentCompetitor } from '../merge/merged-competitors.ts';
import { foreignProducts } from '../opportunity-competitor/opportunity-competitor.repository.ts';
import { activitiesAmended, activityLogged, activityRemoved } from './activity.events.ts';
import { CompetitorActivityEntity, type CompetitorActivity } from './activity.fields.ts';
import { activityDerived, activityProblems } from './activity.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };
type ActivityInput = Repeatable & { readonly competitorProductId?: string | null };
type LogInput = ActivityInput & Concern & { readonly competitorId: string };

const memory = rowMemory(CompetitorActivityEntity);

export async function logCompetitorActivity(
  context: RequestContext,
  input: LogInput,
): Promise<CompetitorActivity> {
  await awaitConcern(context, input);
  return runCommand(context, { name: 'logCompetitorActivity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitor activities');
    const concern = await lockConcern(work, input);
    const given = await withCurrentCompetitor(work, input);
    const activity = await createRecord(work, CompetitorActivityEntity, {
      input: { ...given, ...concern },
      rules: await activityRules(work, given.competitorId, given),
    });
    await activityLogged(work, activity);
    return activity;
  });
}

export const updateCompetitorActivity = (
  context: RequestContext,
  input: ActivityInput & Versioned,
): Promise<CompetitorActivity> =>
  runCommand(context, { name: 'updateCompetitorActivity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitor activities');
    const { id, expectedVersion = null } = input;
    const { competitorId } = await lockForWriting(work, CompetitorActivityEntity, id);
    const change = await changeRecord(work, CompetitorActivityEntity, {
      id,
      expectedVersion,
      input,
      rules: await activityRules(work, competitorId, input),
    });
    await activitiesAmended(work, [change]);
    return change.after;
  });

/** For what did not happen: whoever logged it may take it back, and those who delete competitors. */
export const removeCompetitorActivity = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<CompetitorActivity> =>
  runCommand(context, { name: 'removeCompetitorActivity', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'competitor activities');
    const { id, expectedVersion = null } = input;
    const { createdById } = await lockForWriting(work, CompetitorActivityEntity, id);
    const isOwn = createdById !== null && createdById === work.viewer.staffId;
    if (!isOwn && scopeOf(work.viewer, 'write') === 'own') {
      throw forbidden('You may remove what you have logged');
    }
    const activity = await removeRecord(work, CompetitorActivityEntity, { id, expectedVersion });
    await activityRemoved(work, activity);
    return activity;
  });

async function activityRules(
  { manager, now }: Work,
  competitorId: string,
  { competitorProductId }: ActivityInput,
): Promise<Rules<CompetitorActivity>> {
  const named = competitorProductId ? [competitorProductId] : [];
  const circumstances = {
    today: companyDate(now),
    foreignProducts: await foreignProducts(manager, competitorId, named),
  };
  return {
    defaults: () => ({ occurredOn: circumstances.today, reliability: 'LIKELY' }),
    derive: activityDerived,
    check: (activity) => activityProblems(activity, circumstances),
  };
}
