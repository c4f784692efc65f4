import { setTimeout as wait } from 'node:timers/promises';
import { isCallerGone } from '@crm/kit/server/deadline';
import { AppError } from '@crm/kit/errors';
import { describeError } from '@crm/kit/describe-error';
import type { Log } from '@crm/kit/log';
import { contextHeader, contextSigner, type SignContext } from '@crm/kit/server/signature';
import { Pool } from 'undici';
import type { ClientRequest } from '../client-request.ts';
import type { Metrics } from '../metrics.ts';
import { readAnswer, type SubgraphAnswer } from './answer.ts';
import { breakerOpenMs, createBreaker, type Breaker } from './breaker.ts';
import { post } from './post.ts';
import { createShare, type Sent } from './share.ts';

export type SubgraphCall = {
  readonly service: string;
  /** The JSON of a GraphQL request. */
  readonly body: string;
  /** A query may be sent twice. */
  readonly isQuery: boolean;
};

export type CallSubgraph = (call: SubgraphCall, request: ClientRequest) => Promise<SubgraphAnswer>;

export type SubgraphClient = {
  readonly call: CallSubgraph;
  readonly has: (service: string) => boolean;
  readonly close: () => Promise<void>;
};

export type SubgraphClientOptions = {
  /** Addresses by the subgraphs' names. */
  readonly urls: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, string>;
  readonly log: Log;
  readonly metrics: Metrics;
};

const answerBytesMax = 32 * 1024 * 1024;
const connectionsMax = 64;
/** Writes wait for a writer while the database fails over: reads must not queue behind them. */
const writeConnectionsMax = 256;
const callsMax = 1000;
/** Shorter than a subgraph's drain, so that no idle connection is used that is about to close. */
const idleMs = 900;
const retryAfterMs = 25;
/** A subgraph answers TIMEOUT by itself just before the gateway gives up on it. */
const headStartMs = 50;

/** What is kept for each subgraph. A lane that is stuck does not close the other one's way. */
type Target = {
  readonly reads: Pool;
  readonly writes: Pool;
  readonly path: string;
  readonly sign: SignContext;
  readonly breakers: Readonly<Record<ClientRequest['lane'], Breaker>>;
  calls: number;
};

/** Calls subgraphs: signed, within the request's deadline, a query twice if need be. */
export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const targets = new Map<string, Target>();
  for (const [service, url] of options.urls) {
    targets.set(service, createTarget(service, url, options));
  }
  const share = createShare();
  let writes = 0;

  const call: CallSubgraph = async (asked, request) => {
    const { service } = asked;
    const target = targets.get(service);
    if (!target) throw new Error(`No address for the subgraph ${service}`);
    const breaker = target.breakers[request.lane];
    if (!admit(target, breaker)) throw notAvailable(service);
    try {
      const answer = await send({ target, asked, request, signal: request.deadline.signal });
      breaker.succeed();
      if (answer.consistency !== null) request.consistency.note(service, answer.consistency);
      for (const { field, reason } of answer.withheld) request.withheld?.set(field, reason);
      return answer;
    } catch (error) {
      // Everyone who waited counts, also those who shared one call.
      if (isCallerGone(error)) breaker.leave();
      else breaker.fail();
      throw failureOf(service, error);
    }
  };

  const send = (work: CallWork): Promise<SubgraphAnswer> =>
    work.asked.isQuery
      ? share(keyOf(work, writes), work.signal, (signal) => callOnce(options, { ...work, signal }))
      : write(work);

  /** Once a write is done, no later query joins one that may have looked before it. */
  async function write(work: CallWork): Promise<SubgraphAnswer> {
    try {
      return (await callOnce(options, work)).answer;
    } finally {
      writes += 1;
    }
  }

  return {
    call,
    has: (service) => targets.has(service),
    close: async () => {
      const pools = [...targets.values()].flatMap((target) => [target.reads, target.writes]);
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

/** Equal for calls that must have equal answers: the same text, for the same viewer, in the same state. */
const keyOf = ({ asked: { service, body }, request }: CallWork, writes: number): string =>
  `${service} ${writes} ${request.consistency.of(service)} ${request.identity} ${body}`;

type CallWork = {
  readonly target: Target;
  readonly asked: SubgraphCall;
  readonly request: ClientRequest;
  readonly signal: AbortSignal;
};

async function callOnce({ metrics, log }: SubgraphClientOptions, work: CallWork): Promise<Sent> {
  const { target, asked, request } = work;
  const { service } = asked;
  const startedAt = performance.now();
  target.calls += 1;
  try {
    const text = await sendWithRetry(work);
    const answer = readAnswer(text);
    metrics.subgraphCall(service, 'ok', performance.now() - startedAt);
    return { text, answer };
  } catch (error) {
    const { code } = failureOf(service, error).extensions;
    metrics.subgraphCall(service, code, performance.now() - startedAt);
    const { requestId } = request;
    log.warn({ requestId, service, error: describeError(error) }, 'subgraph call failed');
    throw error;
  } finally {
    target.calls -= 1;
  }
}

function admit({ calls }: Target, breaker: Breaker): boolean {
  if (!breaker.admit()) return false;
  if (calls < callsMax) return true;
  breaker.leave();
  return false;
}

function createTarget(
  service: string,
  url: string,
  { keys }: Pick<SubgraphClientOptions, 'keys'>,
): Target {
  const key = keys.get(service);
  if (!key) throw new Error(`CONTEXT_KEYS has no key for ${service}`);
  const { origin, pathname } = new URL(url);
  return {
    reads: openPool(origin, connectionsMax),
    writes: openPool(origin, writeConnectionsMax),
    path: pathname,
    sign: contextSigner({ audience: service, key }),
    breakers: { interactive: createBreaker(), reporting: createBreaker() },
    calls: 0,
  };
}

const openPool = (origin: string, connections: number): Pool =>
  new Pool(origin, {
    connections,
    connectTimeout: 2000,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    // The request's own deadline ends calls; these would only end them less exactly.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

async function sendWithRetry(work: CallWork): Promise<string> {
  try {
    return await sendOnce(work);
  } catch (error) {
    if (!isWorthRetry(error, work.asked.isQuery) || work.signal.aborted) throw error;
    await wait(retryAfterMs);
    return sendOnce(work);
  }
}

/** Signs anew each time: a subgraph takes a context once. */
function sendOnce({
  target,
  asked: { service, body, isQuery },
  request,
  signal,
}: CallWork): Promise<string> {
  const context = target.sign(
    {
      viewer: request.viewer,
      requestId: request.requestId,
      deadlineAt: request.deadlineAt - headStartMs,
      consistency: request.consistency.of(service),
      lane: request.lane,
    },
    body,
  );
  return post(isQuery ? target.reads : target.writes, {
    path: target.path,
    headers: { 'content-type': 'application/json', [contextHeader]: context },
    body,
    signal,
    bytesMax: answerBytesMax,
  });
}

/** A connection that was never made carried nothing; one that broke may have carried a mutation. */
function isWorthRetry(error: unknown, isQuery: boolean): boolean {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  return isQuery && ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code);
}

function failureOf(service: string, cause: unknown): AppError {
  if (!(cause instanceof AppError)) return notAvailable(service, cause);
  return new AppError('TIMEOUT', `The service ${service} did not answer in time`, { service });
}

const notAvailable = (service: string, cause?: unknown): AppError =>
  new AppError('SERVICE_UNAVAILABLE', `The service ${service} is not available`, {
    retryAfterMs: breakerOpenMs,
    service,
    cause,
  });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';
