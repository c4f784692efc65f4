import { unavailable } from '@crm/kit/errors';
import { connectBus, type Bus } from '@crm/kit/event/bus';
import type { Log } from '@crm/kit/log';
import type { Authenticate } from './authenticate.ts';
import type { GatewayConfig } from './config.ts';
import { createConnections } from './connection/connections.ts';
import { createEventServer } from './event-stream/serve-events.ts';
import { createFeed } from './feed/feed.ts';
import { eventsSubgraph, type Graph } from './graph/graph.ts';
import type { Handle } from './http/route.ts';
import { createSocketServer, type Upgrade } from './socket/serve-socket.ts';
import type { CallSubgraph } from './subgraphs/client.ts';

/** The change feed and its connections, as far as this gateway has them. */
export type Changes = {
  /** Calls services, and for `events` the feed in this process. */
  readonly call: CallSubgraph;
  readonly upgrade: Upgrade;
  /** Answers subscriptions with server-sent events. */
  readonly events: Handle | undefined;
  /** Whether changes can be read, or cannot for so long that the rest is served without them. */
  readonly isReady: () => boolean;
  readonly drain: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Scope = {
  readonly graph: () => Graph;
  readonly call: CallSubgraph;
  readonly authenticate: Authenticate;
  readonly log: Log;
  /** Another stream than that of NATS_URL, for tests. */
  readonly bus: Bus | undefined;
};

export function openChanges(config: GatewayConfig, scope: Scope): Changes {
  const { NATS_URL, CURSOR_KEY, CURSOR_RENEW_MS: renewMs } = config;
  const { graph, call, log } = scope;
  const bus = scope.bus ?? (NATS_URL && connectBus({ url: NATS_URL, name: 'gateway', log }));
  if (!bus) return withoutFeed(call);
  if (CURSOR_KEY === undefined) throw new Error('NATS_URL needs CURSOR_KEY beside it');

  const feed = createFeed({ bus, cursorKey: CURSOR_KEY, renewMs, graph, call, log });
  const connections = createConnections();
  return {
    call: (asked, request) =>
      asked.service === eventsSubgraph ? feed.answer(asked, request) : call(asked, request),
    upgrade: createSocketServer({ ...scope, feed, connections }),
    events: createEventServer({ ...scope, feed, connections }),
    isReady: feed.isReady,
    drain: connections.drain,
    close: async () => {
      await feed.stop();
      await bus.close();
    },
  };
}

const nothing = async (): Promise<void> => {};

const withoutFeed = (call: CallSubgraph): Changes => ({
  call: (asked, request) => {
    if (asked.service === eventsSubgraph) throw unavailable('This gateway has no change feed');
    return call(asked, request);
  },
  upgrade: (_, socket) => {
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  },
  events: undefined,
  isReady: () => true,
  drain: nothing,
  close: nothing,
});
