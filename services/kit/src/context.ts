import type { DataSource } from 'typeorm';
import type { Log } from './log.ts';
import type { RequestInfo } from './request.ts';

/** What a service was started with. Lives as long as the process. */
export type App = {
  readonly db: DataSource;
  readonly log: Log;
  readonly now: () => Date;
};

/** What a resolver works in. Made anew for each request. */
export type RequestContext = RequestInfo & { readonly app: App };
