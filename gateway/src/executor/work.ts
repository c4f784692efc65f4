import type { ClientErrors } from '../client-error.ts';
import type { Variables } from '../operation/condition.ts';
import type { RunRequest } from '../run.ts';

export type Data = Record<string, unknown>;

/** One execution: what subgraphs said so far, put together in `data`. */
export type Work = {
  readonly variables: Variables;
  readonly call: RunRequest['call'];
  readonly data: Data;
  readonly errors: ClientErrors;
};

export type Step = (work: Work) => Promise<void>;
