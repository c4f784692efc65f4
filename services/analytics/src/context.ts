import type { App, RequestContext } from '@crm/kit/context';
import { currentCustomerLoader } from '@crm/kit/projection/survivor';
import type { Loader } from '@crm/kit/record/loader';
import type { RequestInfo } from '@crm/kit/request';
import { summaryLoader, type Summaries } from './summary/summary.queries.ts';

/** What a resolver is given. Made anew for each request, so a loader never outlives one. */
export type Context = RequestContext & {
  readonly summaries: Summaries;
  readonly loaders: { readonly currentCustomer: Loader<string> };
};

export function createContext(app: App, request: RequestInfo): Context {
  const context: RequestContext = { ...request, app };
  return {
    ...context,
    summaries: summaryLoader(context),
    loaders: { currentCustomer: currentCustomerLoader(context) },
  };
}
