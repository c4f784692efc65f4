import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError } from '@crm/kit/describe-error';
import { AppError, unavailable } from '@crm/kit/errors';
import type { Log } from '@crm/kit/log';
import { isBug } from '@crm/kit/server/mask-errors';
import type { GraphQLError } from 'graphql';
import type { Authenticate, Authenticated } from '../authenticate.ts';
import { connectionLimits } from '../connection/connection-limits.ts';
import { goodbye, type Connections, type OpenConnection } from '../connection/connections.ts';
import { atExpiry } from '../connection/expiry.ts';
import { createOutlet, type Wire } from '../connection/outlet.ts';
import { clientError } from '../connection/refusal.ts';
import type { Feed, FollowRequest } from '../feed/feed.ts';
import { oneHeader } from '../http/one-header.ts';
import { withPurpose } from '../http/purpose.ts';
import { readSubscription } from '../http/read-operation.ts';
import { refuse } from '../http/refuse.ts';
import type { Handle } from '../http/route.ts';
import { completeEvent, errorEvent, heartbeat, nextEvent } from './events.ts';

export type EventOptions = {
  readonly feed: Feed;
  readonly authenticate: Authenticate;
  readonly connections: Connections;
  readonly log: Log;
};

/** Answers a subscription with server-sent events. */
export const createEventServer =
  (options: EventOptions): Handle =>
  async (request, response) => {
    try {
      const subscriber = await readSubscriber(options, request);
      options.connections.admit({
        begin: () => open(options, response, subscriber),
        refuse: () => refuse(response, unavailable('Too many connections at once')),
      });
    } catch (error) {
      if (isBug(error)) options.log.error({ error: describeError(error) }, 'bug');
      refuse(response, error);
    }
  };

type Subscriber = Omit<FollowRequest, 'outlet'> & Pick<Authenticated, 'expiresAt'>;

async function readSubscriber(
  { authenticate, connections }: EventOptions,
  request: IncomingMessage,
): Promise<Subscriber> {
  const { viewer, expiresAt } = await authenticate(request.headersDistinct['authorization'] ?? []);
  if (connections.hasMany(viewer)) throw unavailable('Too many connections of one subject');
  return {
    asked: await readSubscription(request),
    viewer: withPurpose(viewer, oneHeader(request, 'x-crm-purpose')),
    after: oneHeader(request, 'last-event-id') || undefined,
    expiresAt,
  };
}

function open(options: EventOptions, response: ServerResponse, subscriber: Subscriber): void {
  if (response.destroyed) return;
  const { connections, log } = options;
  const connection: OpenConnection = {
    viewer: () => subscriber.viewer,
    sendAway: () => sendAway(response),
  };
  connections.add(connection);
  startEvents(response);
  const wire = wireOf(response);
  const expiry = atExpiry(subscriber.expiresAt, () =>
    wire.end(clientError(new AppError('UNAUTHENTICATED', 'The token has expired'))),
  );
  const beat = setInterval(() => {
    if (wire.waiting() === 0) response.write(heartbeat);
  }, connectionLimits.beatMs);
  const left = new AbortController();
  response.once('close', () => {
    connections.delete(connection);
    clearTimeout(expiry);
    clearInterval(beat);
    left.abort();
  });
  response.on('error', (error) => log.debug({ error: describeError(error) }, 'events failed'));
  void follow(options, subscriber, { wire, left: left.signal });
}

type Stream = { readonly wire: Wire; readonly left: AbortSignal };

async function follow(
  { feed, log }: EventOptions,
  { asked, viewer, after }: Subscriber,
  { wire, left }: Stream,
): Promise<void> {
  try {
    const leave = await feed.follow({ asked, viewer, after, outlet: createOutlet(wire) });
    if (left.aborted) return leave();
    left.addEventListener('abort', leave, { once: true });
    log.info({ subject: viewer.subject, operation: asked.operationName }, 'subscription by events');
  } catch (error) {
    if (isBug(error)) log.error({ error: describeError(error) }, 'bug');
    wire.end(clientError(error));
  }
}

function startEvents(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  response.flushHeaders();
}

const wireOf = (response: ServerResponse): Wire => ({
  write: (frame) => void response.write(nextEvent(frame)),
  stream: response,
  waiting: () => response.writableLength,
  isOver: () => response.destroyed || response.writableEnded,
  end: (error: GraphQLError) => {
    if (!response.writableEnded) response.end(errorEvent(error) + completeEvent);
  },
  complete: () => {
    if (!response.writableEnded) response.end(completeEvent);
  },
  breakOff: () => void response.destroy(),
});

/** Ends without `complete`, so that the client comes again by itself. */
async function sendAway(response: ServerResponse): Promise<void> {
  if (response.closed) return;
  const closed = once(response, 'close');
  response.end();
  await goodbye(closed);
  response.destroy();
}
