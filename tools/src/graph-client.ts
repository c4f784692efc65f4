import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { z } from 'zod';

/** A document together with what its data looks like. */
export type Operation<Data> = { readonly document: string; readonly data: z.ZodType<Data> };

export type Variables = Readonly<Record<string, unknown>>;

export type GraphClient = {
  /**
   * Gives the data of an operation, and repeats it while the graph is not available. A mutation
   * must carry a `clientMutationId`, else a repetition might do it twice.
   */
  readonly execute: <Data>(operation: Operation<Data>, variables: Variables) => Promise<Data>;
  /** Makes a `clientMutationId`: the same content within one client's life has the same id. */
  readonly idOf: (content: string) => string;
  readonly close: () => Promise<void>;
};

export type GraphClientOptions = {
  /** Of the gateway: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly token: string;
  /** How long one operation is repeated before it fails. */
  readonly patienceMs?: number;
  /** Told each time before an operation is repeated. */
  readonly onWait?: (reason: string) => void;
};

const errorSchema = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z
    .object({
      code: z.string().optional(),
      retryAfterMs: z.number().optional(),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    })
    .default({}),
});

export type GraphFailure = z.infer<typeof errorSchema>;

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(errorSchema).default([]),
  extensions: z
    .object({ consistency: z.object({ token: z.string().nullable() }).optional() })
    .optional(),
});

/** What the graph refused, in its own words. */
export class GraphError extends Error {
  readonly code: string;
  readonly failures: readonly GraphFailure[];

  constructor(failures: readonly GraphFailure[]) {
    super(failures.map(({ message }) => message).join('; '));
    this.name = 'GraphError';
    this.code = failures[0]?.extensions.code ?? 'INTERNAL';
    this.failures = failures;
  }
}

/** The graph could not be asked, or not in time: the same may succeed later. */
class NotAvailable extends Error {
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.name = 'NotAvailable';
    this.retryAfterMs = retryAfterMs;
  }
}

const connectionsMax = 8;
const answerMsMax = 75_000;
const patienceDefaultMs = 120_000;
const firstDelayMs = 100;
const delayMsMax = 2000;

export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { origin, pathname } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: connectionsMax,
    connectTimeout: 2000,
    headersTimeout: answerMsMax,
    bodyTimeout: answerMsMax,
  });
  const life = randomUUID();
  let consistency: string | undefined;

  async function send(body: string): Promise<z.infer<typeof answerSchema>> {
    const answer = await post(pool, {
      path: pathname,
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${options.token}`,
        ...(consistency !== undefined && { 'x-crm-consistency': consistency }),
      },
    });
    consistency = answer.extensions?.consistency?.token ?? consistency;
    return answer;
  }

  return {
    execute: async ({ document, data }, variables) => {
      const body = JSON.stringify({ query: document, variables });
      const answer = await withPatience(options, () => send(body));
      if (answer.errors.length > 0) throw new GraphError(answer.errors);
      return data.parse(answer.data);
    },
    idOf: (content) => createHash('sha256').update(life).update(content).digest('base64url'),
    close: () => pool.close(),
  };
}

type Post = {
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

async function post(
  pool: Pool,
  { path, body, headers }: Post,
): Promise<z.infer<typeof answerSchema>> {
  const { status, text } = await exchange(pool, { path, body, headers });
  const answer = answerSchema.safeParse(parseJson(text));
  if (!answer.success) throw new NotAvailable(`HTTP status ${status} without an answer`, 0);
  const failure = answer.data.errors.find(({ extensions }) => isPassing(extensions.code));
  if (failure) throw new NotAvailable(failure.message, failure.extensions.retryAfterMs ?? 0);
  return answer.data;
}

/** Every failure of the connection is one that passes; bugs are not thrown here. */
const exchange = (
  pool: Pool,
  { path, body, headers }: Post,
): Promise<{ readonly status: number; readonly text: string }> =>
  pool
    .request({ path, method: 'POST', body, headers })
    .then(async ({ statusCode, body: answer }) => ({
      status: statusCode,
      text: await answer.text(),
    }))
    .catch((error: unknown) => {
      throw new NotAvailable(error instanceof Error ? error.message : String(error), 0);
    });

const isPassing = (code: string | undefined): boolean =>
  code === 'SERVICE_UNAVAILABLE' || code === 'STORAGE_FULL' || code === 'TIMEOUT';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function withPatience<Value>(
  { patienceMs = patienceDefaultMs, onWait }: GraphClientOptions,
  attempt: () => Promise<Value>,
): Promise<Value> {
  const endsAt = performance.now() + patienceMs;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, delayMsMax)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotAvailable) || performance.now() > endsAt) throw error;
      onWait?.(error.message);
      // Repetitions of several operations are kept apart, so that they do not come in one wave.
      await sleep(Math.max(error.retryAfterMs, delayMs) * (0.75 + Math.random() / 2));
    }
  }
}
