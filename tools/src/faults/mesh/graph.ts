import { Pool } from 'undici';
import { z } from 'zod';

type Ask = {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
};

/** How a client wants to be served. */
export type Wishes = {
  readonly lane?: 'interactive' | 'reporting';
  /** Whether it sends back what it was told of the state, so that it never sees an older one. */
  readonly hasMemory?: boolean;
};

/** The gateway as one client sees it. Nothing is repeated: what goes wrong is what is measured. */
export type Graph = {
  readonly ask: <Data>(data: z.ZodType<Data>, document: string, options?: Ask) => Promise<Data>;
  /** The whole answer, errors included. */
  readonly answer: (document: string, options?: Ask) => Promise<Answer>;
  /** The same as another client. */
  readonly as: (wishes: Wishes) => Graph;
  readonly close: () => Promise<void>;
};

/** What the caller was told, and whether it may have been done all the same. */
export class GraphFailure extends Error {
  readonly code: string;
  readonly outcome: 'not-committed' | 'unknown';

  constructor(code: string, message: string, outcome: GraphFailure['outcome']) {
    super(`${code}: ${message}`);
    this.name = 'GraphFailure';
    this.code = code;
    this.outcome = outcome;
  }
}

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z
          .object({
            code: z.string().default('NONE'),
            outcome: z.string().optional(),
            retryAfterMs: z.number().optional(),
          })
          .default({ code: 'NONE' }),
      }),
    )
    .default([]),
  extensions: z
    .object({
      consistency: z
        .object({
          token: z.string().nullable(),
          services: z.record(z.string(), z.object({ node: z.string() })).default({}),
        })
        .optional(),
    })
    .optional(),
});

export type Answer = z.infer<typeof answerSchema>;

/** After these it is open whether a change was made, unless the answer says so. */
const undecided: ReadonlySet<string> = new Set([
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
  'INTERNAL',
  'NONE',
]);

const connectionsMax = 200;
const answerMsMax = 40_000;

export function connectGraph(url: string, token: string): Graph {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, {
    connections: connectionsMax,
    connectTimeout: 2000,
    headersTimeout: answerMsMax,
    bodyTimeout: answerMsMax,
  });
  const send: Send = async ({ body, headers, signal }) => {
    const response = await pool.request({
      path: pathname,
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...headers,
      },
      ...(signal && { signal }),
    });
    return response.body.text();
  };
  return { ...asker(send, {}), close: () => pool.destroy() };
}

type Request = {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
};

type Send = (request: Request) => Promise<string>;

function asker(send: Send, wishes: Wishes): Graph {
  let seen: string | undefined;
  const answer: Graph['answer'] = async (query, { variables, signal } = {}) => {
    const headers = {
      ...(wishes.lane && { 'x-crm-lane': wishes.lane }),
      ...(seen !== undefined && { 'x-crm-consistency': seen }),
    };
    const body = JSON.stringify({ query, variables });
    const text = await send({ body, headers, signal }).catch(unreachable);
    const given = answerSchema.parse(JSON.parse(text));
    if (wishes.hasMemory) seen = given.extensions?.consistency?.token ?? seen;
    return given;
  };
  return {
    answer,
    ask: async (data, document, options) => {
      const given = await answer(document, options);
      throwFirst(given.errors);
      const read = data.safeParse(given.data);
      if (read.success) return read.data;
      throw new GraphFailure('OTHER_DATA', JSON.stringify(given.data).slice(0, 200), 'unknown');
    },
    as: (others) => asker(send, others),
    close: () => Promise.resolve(),
  };
}

function unreachable(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'NO_ANSWER';
  // What was never taken in was never done.
  const outcome = code === 'ECONNREFUSED' ? 'not-committed' : 'unknown';
  throw new GraphFailure(code, error instanceof Error ? error.message : String(error), outcome);
}

function throwFirst([error]: Answer['errors']): void {
  if (!error) return;
  const { code, outcome } = error.extensions;
  const isOpen = outcome === undefined ? undecided.has(code) : outcome === 'unknown';
  throw new GraphFailure(code, error.message, isOpen ? 'unknown' : 'not-committed');
}
