import type { RequestContext } from '@crm/kit/context';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import type { Loader } from '@crm/kit/record/loader';
import type { CarePlan } from '../plan/plan.fields.ts';
import { campaigns } from '../plan/plan-of.ts';
import { CampaignEntity, type Campaign } from './campaign.fields.ts';

const isCampaign = { kind: { in: ['PROMOTION', 'RESEARCH', 'SATISFACTION'] } };

export const listCampaigns = (
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<Campaign>> =>
  listPage(context, CampaignEntity, { ...args, where: { all: [isCampaign, args.where ?? {}] } });

/** The campaign that an id names; null for a plan of care. */
export async function loadCampaign(
  { load }: Loader<CarePlan>,
  id: string | null,
): Promise<Campaign | null> {
  const plan = await load(id);
  return plan === null ? null : campaignOf(plan);
}

/** What the commands and loaders of plans give, as the campaign that it is. */
const campaignOf = (plan: CarePlan): Campaign | null =>
  campaigns.isOne(plan) && plan.kind !== 'CARE' ? { ...plan, kind: plan.kind } : null;

/** The same of what a command is about to give, which is one of its kind. */
export async function asCampaign(changing: Promise<CarePlan>): Promise<Campaign> {
  const campaign = campaignOf(await changing);
  if (campaign === null) throw new Error('The plan is no campaign');
  return campaign;
}

/** A campaign may be a year ahead. */
const daysAhead = 366;

type PreviewInput<Draft> = {
  readonly campaignId?: string | null;
  readonly campaign?: Draft | null;
  readonly first: number;
};

type PreviewArgs<Draft> = {
  readonly planId: string | null;
  readonly plan: Draft | null;
  readonly days: number;
  readonly first: number;
};

export const previewOf = <Draft>({
  campaignId = null,
  campaign = null,
  first,
}: PreviewInput<Draft>): PreviewArgs<Draft> => ({
  planId: campaignId,
  plan: campaign,
  days: daysAhead,
  first,
});
