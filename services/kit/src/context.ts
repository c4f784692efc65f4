import type { DataSource } from 'typeorm';
import type { Log } from './log.ts';
import type { Viewer } from './viewer.ts';

/** What a service was started with. Lives as long as the process. */
export type App = {
  readonly db: DataSource;
  readonly log: Log;
  readonly now: () => Date;
  /** Tells the relay that events wait; called after each commit. */
  readonly pokeRelay: () => void;
};

/** What a request brings. Made anew for each one. */
export type RequestContext = {
  readonly app: App;
  readonly viewer: Viewer;
  readonly requestId: string;
  /** Reports may read larger pages, and from the replica. */
  readonly lane: 'interactive' | 'reporting';
};
