import type { App, RequestContext } from '@crm/kit/context';
import type { DocumentSettings } from '@crm/kit/document/document';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import type { RequestInfo } from '@crm/kit/request';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import { CompetitorActivityEntity, type CompetitorActivity } from './activity/activity.fields.ts';
import type { Channel } from './channel/channel.ts';
import { channelLoader } from './channel/channel.queries.ts';
import { CompetitorEntity, type Competitor } from './competitor/competitor.fields.ts';
import {
  CountermeasureEntity,
  type Countermeasure,
} from './countermeasure/countermeasure.fields.ts';
import { CompetitorDocumentEntity, type CompetitorDocument } from './document/document.fields.ts';
import { followedLoader } from './follow/follow.repository.ts';
import {
  IntelligenceItemEntity,
  type IntelligenceItem,
} from './intelligence/intelligence.fields.ts';
import { currentCompetitors } from './merge/merged-competitors.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor/opportunity-competitor.fields.ts';
import { pagesOf, type Pages } from './pages.ts';
import { CompetitorProductEntity, type CompetitorProduct } from './product/product.fields.ts';
import { WinLossReviewEntity, type WinLossReview } from './review/review.fields.ts';
import { reviewLoader } from './review/review.queries.ts';
import type { CompetitorStats } from './stats/stats.ts';
import { statsLoader } from './stats/stats.queries.ts';

type Loaders = {
  readonly channel: Loader<Channel>;
  readonly competitor: Loader<Competitor>;
  readonly competitorActivity: Loader<CompetitorActivity>;
  readonly competitorDocument: Loader<CompetitorDocument>;
  readonly competitorProduct: Loader<CompetitorProduct>;
  readonly countermeasure: Loader<Countermeasure>;
  readonly currentCustomer: Loader<string>;
  readonly intelligenceItem: Loader<IntelligenceItem>;
  readonly isFollowed: Loader<true>;
  readonly opportunityCompetitor: Loader<OpportunityCompetitor>;
  readonly reviewOfOpportunity: Loader<WinLossReview>;
  readonly stats: Loader<CompetitorStats>;
  readonly term: TermLoader;
  readonly winLossReview: Loader<WinLossReview>;
};

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly documents: DocumentSettings;
  readonly loaders: Loaders;
  readonly pages: Pages;
};

export function createContext(
  app: App & { readonly documents: DocumentSettings },
  request: RequestInfo,
): Context {
  const context: RequestContext = { ...request, app };
  const { documents } = app;
  return { ...context, documents, loaders: loadersOf(context), pages: pagesOf(context) };
}

const loadersOf = (context: RequestContext): Loaders => ({
  channel: channelLoader(context),
  competitor: entityLoader(context, CompetitorEntity, currentCompetitors),
  competitorActivity: entityLoader(context, CompetitorActivityEntity),
  competitorDocument: entityLoader(context, CompetitorDocumentEntity),
  competitorProduct: entityLoader(context, CompetitorProductEntity),
  countermeasure: entityLoader(context, CountermeasureEntity),
  currentCustomer: currentCustomerLoader(context),
  intelligenceItem: entityLoader(context, IntelligenceItemEntity),
  isFollowed: followedLoader(context),
  opportunityCompetitor: entityLoader(context, OpportunityCompetitorEntity),
  reviewOfOpportunity: reviewLoader(context),
  stats: statsLoader(context),
  term: termLoader(context.app.db.manager),
  winLossReview: entityLoader(context, WinLossReviewEntity),
});
