import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from '@crm/kit/server/http';
import type { Metrics } from '../metrics.ts';
import { applyCors } from './cors.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export type Routes = {
  /** Answers operations. */
  readonly serve: Handle;
  /** The page for browsers, where there is one. */
  readonly explore: Handle | undefined;
  /** Undefined when metrics have a port of their own. */
  readonly metrics: Handle | undefined;
  readonly corsOrigins: ReadonlySet<string>;
};

/** Operations are taken by POST only, so that no link and no image can run one. */
export const createRoute =
  (routes: Routes): Handle =>
  async (request, response) => {
    const [path] = (request.url ?? '').split('?');
    if (path === '/metrics' && routes.metrics) return routes.metrics(request, response);
    if (path !== '/graphql') return send(response, { status: 404, text: '' });

    applyCors(routes.corsOrigins, request, response);
    if (request.method === 'POST') return routes.serve(request, response);
    if (request.method === 'GET') return get(routes, request, response);
    const status = request.method === 'OPTIONS' ? 204 : 405;
    send(response, { status, text: '', headers: { allow: 'POST' } });
  };

async function get(
  { explore }: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isPage = String(request.headers.accept).includes('text/html');
  if (explore && isPage) return explore(request, response);
  send(response, { status: 405, text: '', headers: { allow: 'POST' } });
}

export const metricsHandler =
  (metrics: Metrics): Handle =>
  async (_, response) =>
    send(response, { status: 200, text: metrics.render(), type: 'text/plain; version=0.0.4' });
