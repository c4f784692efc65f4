import type { IncomingMessage, ServerResponse } from 'node:http';
import { deadlineAt } from '@crm/kit/server/deadline';
import { describeError } from '@crm/kit/describe-error';
import { AppError, unavailable } from '@crm/kit/errors';
import { send } from '@crm/kit/server/http';
import { newId } from '@crm/kit/id';
import type { Log } from '@crm/kit/log';
import type { Lane } from '@crm/kit/request';
import type { Viewer } from '@crm/kit/viewer';
import { OperationTypeNode } from 'graphql';
import { answerOperation, checkOperation, type Answered, type Checked } from '../answer.ts';
import type { Authenticate } from '../authenticate.ts';
import { createConsistency } from '../consistency.ts';
import type { Graph } from '../graph/graph.ts';
import { chooseLane, laneLimits } from '../lanes.ts';
import type { Metrics } from '../metrics.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import { readAskedOperation, type AskedOperation } from './read-operation.ts';
import { oneHeader } from './one-header.ts';
import { withPurpose } from './purpose.ts';
import { refuse } from './refuse.ts';
import type { Handle } from './route.ts';

export type ServeOptions = {
  readonly graph: () => Graph;
  readonly authenticate: Authenticate;
  readonly call: CallSubgraph;
  readonly log: Log;
  readonly metrics: Metrics;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly line: Line;
};

/** What the log and the metrics say of a request. */
type Line = { operation?: string; lane?: Lane; subject?: string; cost?: number; reason?: string };

/** Answers `POST /graphql`. */
export function createServe(options: ServeOptions): Handle {
  const inWork: Record<Lane, number> = { interactive: 0, reporting: 0 };

  return async (request, response) => {
    const startedAt = performance.now();
    const exchange: Exchange = { request, response, requestId: requestIdOf(request), line: {} };
    response.setHeader('x-request-id', exchange.requestId);
    const codes = await answerInto(exchange).catch((error: unknown) => {
      fail(options, exchange, error);
      return [error instanceof AppError ? error.extensions.code : 'INTERNAL'];
    });
    const ms = Math.round((performance.now() - startedAt) * 10) / 10;
    const { requestId, line } = exchange;
    options.metrics.request(line.lane ?? 'none', codes[0] ?? 'ok', ms);
    options.log.info(
      { requestId, ...line, ms, status: response.statusCode, ...(codes.length > 0 && { codes }) },
      'request',
    );
  };

  async function answerInto(exchange: Exchange): Promise<readonly string[]> {
    const asked = await readAskedOperation(exchange.request);
    const viewer = await viewerOf(options, exchange.request, asked);
    const lane = chooseLane(viewer, oneHeader(exchange.request, 'x-crm-lane'));
    exchange.line.lane = lane;
    exchange.line.subject = viewer.subject;
    if (inWork[lane] >= laneLimits[lane].requestsMax)
      throw unavailable('Too many requests at once');
    inWork[lane] += 1;
    try {
      return await answerFor(exchange, { asked, viewer, lane });
    } finally {
      inWork[lane] -= 1;
    }
  }

  async function answerFor(exchange: Exchange, work: Work): Promise<readonly string[]> {
    const checked = checkOperation(options.graph(), work.asked, work.lane);
    exchange.line.cost = checked.cost;
    if (checked.prepared.name) exchange.line.operation = checked.prepared.name;
    const answered = await execute(options, exchange, { ...work, checked });
    const { data, errors, extensions } = answered;
    send(exchange.response, {
      status: 200,
      text: JSON.stringify({ ...(errors.length > 0 && { errors }), data, extensions }),
    });
    return [...new Set(errors.map((error) => String(error.extensions?.['code'])))];
  }
}

type Work = { readonly asked: AskedOperation; readonly viewer: Viewer; readonly lane: Lane };

async function execute(
  options: ServeOptions,
  { request, response, requestId }: Exchange,
  { viewer, lane, checked }: Work & { readonly checked: Checked },
): Promise<Answered> {
  const endsAt = Date.now() + laneLimits[lane].deadlineMs;
  const deadline = deadlineAt(endsAt);
  // A mutation is seen through: whoever asked may be gone, but must find it whole.
  const isMutation = checked.prepared.kind === OperationTypeNode.MUTATION;
  if (!isMutation) response.once('close', deadline.abandon);
  try {
    return await answerOperation(
      checked,
      {
        viewer,
        requestId,
        identity: JSON.stringify([viewer, lane]),
        lane,
        deadlineAt: endsAt,
        deadline,
        consistency: createConsistency(oneHeader(request, 'x-crm-consistency')),
        withheld: new Map(),
      },
      {
        call: options.call,
        onBug: (service, error) =>
          options.log.error({ requestId, service, error: describeError(error) }, 'bug'),
      },
    );
  } finally {
    response.off('close', deadline.abandon);
    deadline.release();
  }
}

const anyone: Viewer = { subject: 'anyone', staffId: null, roles: [], teamIds: [], purpose: null };

/** Without a token only the schema may be read, and only where it is open. */
async function viewerOf(
  { authenticate, graph }: ServeOptions,
  request: IncomingMessage,
  asked: AskedOperation,
): Promise<Viewer> {
  const authorization = request.headersDistinct['authorization'] ?? [];
  if (graph().isOpen && authorization.length === 0) {
    const { prepared } = checkOperation(graph(), asked, 'interactive');
    if (prepared.isIntrospection) return anyone;
  }
  const { viewer } = await authenticate(authorization);
  return withPurpose(viewer, oneHeader(request, 'x-crm-purpose'));
}

function fail(
  { log }: ServeOptions,
  { response, requestId, line }: Exchange,
  error: unknown,
): void {
  if (error instanceof AppError) {
    if (error.cause instanceof Error) line.reason = error.cause.message;
  } else {
    log.error({ requestId, ...line, error: describeError(error) }, 'bug');
  }
  refuse(response, error);
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : newId();
}
