import type { RequestContext } from '@crm/kit/context';
import type { Criteria } from '@crm/kit/record/criteria';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { CompetitorActivityEntity, type CompetitorActivity } from '../activity/activity.fields.ts';
import { latestFirst } from '../activity/activity.queries.ts';
import { CompetitorEntity, type Competitor } from '../competitor/competitor.fields.ts';

/** Whom nobody follows who is no member of staff. */
const nobody = '00000000-0000-0000-0000-000000000000';

const followed = ({ viewer }: RequestContext): Criteria => ({
  follows: { some: { staffId: { eq: viewer.staffId ?? nobody } } },
});

const both = (one: Criteria, other: Criteria | null | undefined): Criteria =>
  other ? { all: [one, other] } : one;

/** The competitors that the viewer follows. */
export const followedCompetitors = (
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<Competitor>> =>
  listPage(context, CompetitorEntity, { ...args, where: both(followed(context), args.where) });

/** What they did, the latest first. */
export const competitorNews = (
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<CompetitorActivity>> =>
  listPage(context, CompetitorActivityEntity, {
    ...latestFirst(args),
    where: both({ competitor: followed(context) }, args.where),
  });
