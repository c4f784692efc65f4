import type { App, RequestContext } from '@crm/kit/context';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import { entityLoader, type Loader } from '@crm/kit/record/loader';
import type { RequestInfo } from '@crm/kit/request';
import { indicatorReads, type IndicatorReads } from './indicator/indicator.queries.ts';
import { suggestionLoader, type ShownSuggestion } from './lifecycle/stage.queries.ts';
import { SegmentEntity, type Segment } from './segment/segment.fields.ts';
import {
  membershipPages,
  segmentsOfCustomers,
  type MembershipPages,
  type SegmentsOfCustomer,
} from './segment/segment.queries.ts';
import { summaryLoader, type Summaries } from './summary/summary.queries.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly summaries: Summaries;
  readonly indicators: IndicatorReads;
  readonly loaders: {
    readonly currentCustomer: Loader<string>;
    readonly segment: Loader<Segment>;
    readonly stageSuggestion: Loader<ShownSuggestion>;
  };
  readonly pages: {
    readonly membersOfSegment: MembershipPages;
    readonly segmentsOfCustomer: SegmentsOfCustomer;
  };
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    summaries: summaryLoader(context),
    indicators: indicatorReads(context),
    loaders: {
      currentCustomer: currentCustomerLoader(context),
      segment: entityLoader(context, SegmentEntity),
      stageSuggestion: suggestionLoader(context),
    },
    pages: {
      membersOfSegment: membershipPages(context),
      segmentsOfCustomer: segmentsOfCustomers(context),
    },
  };
}
