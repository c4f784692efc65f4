import type { IncomingMessage } from 'node:http';
import { describeError } from '@crm/kit/describe-error';
import { AppError } from '@crm/kit/errors';
import { isBug } from '@crm/kit/server/mask-errors';
import { GraphQLError, parse, type ExecutionArgs } from 'graphql';
import type { Context, ServerOptions, SubscribePayload } from 'graphql-ws';
import { atExpiry } from '../connection/expiry.ts';
import { clientError } from '../connection/refusal.ts';
import { withPurpose } from '../http/purpose.ts';
import type { Connection } from './connection.ts';
import type { SocketOptions } from './serve-socket.ts';
import { closeCodes, socketLimits } from './socket-limits.ts';
import { createSocketOutlet, type SubscriptionOutlet } from './socket-outlet.ts';

export type Params = Record<string, unknown>;

/** What graphql-ws leaves to the server: who may connect, and what a subscription is. */
export const protocolOptions = (options: SocketOptions): ServerOptions<Params, Connection> => ({
  connectionInitWaitTimeout: socketLimits.initMsMax,
  onConnect: (context) => identify(options, context),
  onSubscribe: ({ extra }, id, payload) => subscribe(options, extra, { id, payload }),
  subscribe: ({ contextValue }) => resultsOf(contextValue),
});

async function identify(
  { authenticate, connections, log }: SocketOptions,
  { extra, connectionParams }: Context<Params, Connection>,
): Promise<boolean> {
  try {
    const params = lowerKeys(connectionParams ?? {});
    const { viewer, expiresAt } = await authenticate(authorizationOf(params, extra.request));
    if (connections.hasMany(viewer)) {
      extra.socket.close(closeCodes.tooMany, 'Too many connections of one subject');
      return false;
    }
    // Nobody is there any more who could be told that the token expires.
    if (extra.socket.readyState !== extra.socket.OPEN) return false;
    const purpose = params.get('x-crm-purpose');
    extra.identified = {
      viewer: withPurpose(viewer, typeof purpose === 'string' ? purpose : undefined),
      expiry: atExpiry(expiresAt, () =>
        extra.socket.close(closeCodes.forbidden, 'The token has expired'),
      ),
    };
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.info({ code: error.extensions.code, reason: reasonOf(error) }, 'connection refused');
    const isTemporary = error.extensions.code === 'SERVICE_UNAVAILABLE';
    extra.socket.close(
      isTemporary ? closeCodes.tryAgainLater : closeCodes.forbidden,
      error.message,
    );
    return false;
  }
}

const reasonOf = ({ cause }: AppError): string | undefined =>
  cause instanceof Error ? cause.message : undefined;

/** Browsers cannot set headers of a WebSocket, so the token comes with the first message. */
function authorizationOf(params: ReadonlyMap<string, unknown>, request: IncomingMessage): string[] {
  const given = params.get('authorization');
  if (typeof given === 'string') return [given];
  return request.headersDistinct['authorization'] ?? [];
}

/** Some clients send the headers that they would send by HTTP as one member. */
function lowerKeys(params: Params): ReadonlyMap<string, unknown> {
  const nested = params['headers'];
  const all = { ...(typeof nested === 'object' ? nested : {}), ...params };
  return new Map(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value]));
}

type Asked = { readonly id: string; readonly payload: SubscribePayload };

async function subscribe(
  { feed, graph, log }: SocketOptions,
  connection: Connection,
  { id, payload }: Asked,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { socket, identified } = connection;
  if (!identified) throw new Error('unreachable');
  if (connection.subscriptions >= socketLimits.subscriptionsPerSocketMax) {
    socket.close(closeCodes.tooMany, 'Too many subscriptions on one connection');
    return [new GraphQLError('Too many subscriptions on one connection')];
  }
  connection.subscriptions += 1;
  let leave: (() => void) | undefined;
  let isOver = false;
  const outlet = createSocketOutlet(connection, id, () => {
    isOver = true;
    connection.subscriptions -= 1;
    leave?.();
  });
  try {
    const { query, operationName, variables } = payload;
    const asked = { query, operationName: operationName || null, variables: variables ?? {} };
    leave = await feed.follow({ asked, viewer: identified.viewer, outlet });
    if (isOver) leave();
    log.info({ subject: identified.viewer.subject, operation: operationName }, 'subscription');
    return { schema: graph().schema, document: someSubscription, contextValue: outlet };
  } catch (error) {
    if (isBug(error)) log.error({ error: describeError(error) }, 'bug');
    const told = clientError(error);
    outlet.fail(told);
    return [told];
  }
}

/** The operation was read and checked already; graphql-ws only asks of which kind it is. */
const someSubscription = parse('subscription { changes }');

function resultsOf(outlet: unknown): AsyncIterableIterator<never> {
  if (isOutlet(outlet)) return outlet.results;
  throw new Error('unreachable');
}

const isOutlet = (value: unknown): value is SubscriptionOutlet =>
  typeof value === 'object' && value !== null && 'results' in value;
