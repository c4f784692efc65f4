import type { App, RequestContext } from '@crm/kit/context';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages } from '@crm/kit/record/page';
import type { RequestInfo } from '@crm/kit/request';
import { termLoader, type TermLoader } from '@crm/kit/record/vocabulary';
import { CompetitorEntity, type Competitor } from './competitor/competitor.fields.ts';
import { CompetitorProductEntity, type CompetitorProduct } from './product/product.fields.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly loaders: {
    readonly competitor: Loader<Competitor>;
    readonly competitorProduct: Loader<CompetitorProduct>;
    readonly term: TermLoader;
  };
  readonly pages: {
    readonly productsOfCompetitor: ChildPages<CompetitorProduct>;
    readonly rivalsOfProduct: ChildPages<CompetitorProduct>;
  };
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    loaders: {
      competitor: entityLoader(context, CompetitorEntity),
      competitorProduct: entityLoader(context, CompetitorProductEntity),
      term: termLoader(app.db.manager),
    },
    pages: {
      productsOfCompetitor: childPages(context, CompetitorProductEntity, 'competitorId'),
      rivalsOfProduct: childPages(context, CompetitorProductEntity, {
        table: 'productRival',
        parentColumn: 'productId',
        column: 'competitorProductId',
      }),
    },
  };
}
