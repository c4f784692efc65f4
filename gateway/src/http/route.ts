import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { send } from '@crm/kit/server/http';
import { hooksPath } from '@crm/kit/server/hook-call';
import { documentsPath } from '@crm/kit/storage/signed-address';
import type { Metrics } from '../metrics.ts';
import { applyCors } from './cors.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type Routes = {
  /** Answers operations. */
  readonly serve: Handle;
  /** Answers subscriptions with server-sent events, where there is a change feed. */
  readonly events: Handle | undefined;
  /** Takes and gives files. */
  readonly files: Handle;
  /** Hands on what services are told without a token. */
  readonly hooks: Handle;
  /** The page for browsers, where there is one. */
  readonly explore: Handle | undefined;
  /** Undefined when metrics have a port of their own. */
  readonly metrics: Handle | undefined;
  readonly corsOrigins: ReadonlySet<string>;
};

/** Queries and mutations are taken by POST only, so that no link and no image can run one. */
export const createRoute =
  (routes: Routes): Handle =>
  async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/metrics' && routes.metrics) return routes.metrics(request, response);
    if (path === '/graphql') return serveGraph(routes, request, response);
    return serveBeside(routes, path)(request, response);
  };

/** What is asked without GraphQL. */
function serveBeside(routes: Routes, path: string): Handle {
  if (path.startsWith('/files/') || path.startsWith(documentsPath)) {
    return (request, response) => serveFiles(routes, request, response);
  }
  if (path.startsWith(hooksPath)) return routes.hooks;
  return async (_, response) => send(response, { status: 404, text: '' });
}

async function serveGraph(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  applyCors(routes.corsOrigins, request, response);
  const handle = handleOf(routes, request);
  if (handle) return handle(request, response);
  const status = request.method === 'OPTIONS' ? 204 : 405;
  send(response, { status, text: '', headers: { allow: 'POST' } });
}

/** A page of a known origin may send and fetch files too. */
async function serveFiles(
  { files, corsOrigins }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  applyCors(corsOrigins, request, response);
  if (request.method === 'OPTIONS') return send(response, { status: 204, text: '' });
  return files(request, response);
}

function handleOf(
  { serve, events, explore }: Routes,
  { method, headers }: IncomingMessage,
): Handle | undefined {
  if (method !== 'POST' && method !== 'GET') return undefined;
  if (events && wantsEvents(headers)) return events;
  if (method === 'POST') return serve;
  return String(headers.accept).includes('text/html') ? explore : undefined;
}

/** Whether a request wants events and nothing else: some clients name them for every operation. */
const wantsEvents = ({ accept }: IncomingHttpHeaders): boolean =>
  accept?.split(';')[0]?.trim().toLowerCase() === 'text/event-stream';

export const metricsHandler =
  (metrics: Metrics): Handle =>
  async (_, response) =>
    send(response, { status: 200, text: metrics.render(), type: 'text/plain; version=0.0.4' });
