import type { App, RequestContext } from '@crm/kit/context';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import { CompetitorEntity, type Competitor } from './competitor/competitor.fields.ts';
import {
  OpportunityCompetitorEntity,
  type OpportunityCompetitor,
} from './opportunity-competitor/opportunity-competitor.fields.ts';
import { presenceOfCustomer, type PresencePages } from './presence/presence.queries.ts';
import { CompetitorProductEntity, type CompetitorProduct } from './product/product.fields.ts';

type Loaders = {
  readonly competitor: Loader<Competitor>;
  readonly competitorProduct: Loader<CompetitorProduct>;
  readonly currentCustomer: Loader<string>;
  readonly opportunityCompetitor: Loader<OpportunityCompetitor>;
  readonly term: TermLoader;
};

type Pages = {
  readonly competitionOfCompetitor: ChildPages<OpportunityCompetitor>;
  readonly competitionOfCustomer: ChildPages<OpportunityCompetitor>;
  readonly competitionOfOpportunity: ChildPages<OpportunityCompetitor>;
  readonly presenceOfCustomer: PresencePages;
  readonly productsOfCompetitor: ChildPages<CompetitorProduct>;
  readonly rivalsOfProduct: ChildPages<CompetitorProduct>;
};

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & { readonly loaders: Loaders; readonly pages: Pages };

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return { ...context, loaders: loadersOf(context), pages: pagesOf(context) };
}

const loadersOf = (context: RequestContext): Loaders => ({
  competitor: entityLoader(context, CompetitorEntity),
  competitorProduct: entityLoader(context, CompetitorProductEntity),
  currentCustomer: currentCustomerLoader(context),
  opportunityCompetitor: entityLoader(context, OpportunityCompetitorEntity),
  term: termLoader(context.app.db.manager),
});

const pagesOf = (context: RequestContext): Pages => ({
  competitionOfCompetitor: childPages(context, OpportunityCompetitorEntity, 'competitorId'),
  competitionOfCustomer: childPages(context, OpportunityCompetitorEntity, 'customerId'),
  competitionOfOpportunity: childPages(context, OpportunityCompetitorEntity, 'opportunityId'),
  presenceOfCustomer: presenceOfCustomer(context),
  productsOfCompetitor: childPages(context, CompetitorProductEntity, 'competitorId'),
  rivalsOfProduct: childPages(context, CompetitorProductEntity, {
    table: 'productRival',
    parentColumn: 'productId',
    column: 'competitorProductId',
  }),
});
