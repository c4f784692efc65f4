import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { faultSchema, type Faults } from './fault.ts';
import type { Caught, Inbox } from './inbox.ts';
import { renderMessagePage, renderPage } from './page.ts';

const bodyBytesMax = 1024 * 1024;

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

type Catcher<Message extends Caught> = {
  readonly title: string;
  readonly inbox: Inbox<Message>;
  readonly faults: Faults;
  /** Routes of its own, by `METHOD /path`. */
  readonly routes?: Readonly<Record<string, Route>>;
};

/**
 * The inbox over HTTP: pages for people, and for tests GET and DELETE /messages (`?to=`, `?limit=`),
 * GET and PUT /faults.
 */
export function createCatcherServer<Message extends Caught>(catcher: Catcher<Message>): Server {
  const { title, inbox, faults } = catcher;
  const routes: Readonly<Record<string, Route>> = {
    'GET /': (_, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(renderPage(title, inbox.list({})));
    },
    'GET /message': ({ url }, response) => {
      const id = new URL(url ?? '/', 'http://catcher').searchParams.get('id');
      const message = inbox.list({ limit: 5000 }).find((each) => each.id === id);
      if (!message) return sendJson(response, 404, { error: 'not found' });
      response.setHeader('content-type', 'text/html; charset=utf-8');
      // What was sent runs nothing, and fetches nothing.
      response.setHeader(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'",
      );
      response.end(renderMessagePage(message));
    },
    'GET /messages': ({ url }, response) => {
      const query = new URL(url ?? '/', 'http://catcher').searchParams;
      const limit = z.coerce.number().int().min(1).max(5000).catch(100).parse(query.get('limit'));
      sendJson(response, 200, { messages: inbox.list({ to: query.get('to'), limit }) });
    },
    'DELETE /messages': (_, response) => {
      inbox.clear();
      sendJson(response, 200, { messages: [] });
    },
    'GET /faults': (_, response) => sendJson(response, 200, faults.current()),
    'PUT /faults': async (request, response) => {
      faults.set(faultSchema.parse(await readJson(request)));
      sendJson(response, 200, faults.current());
    },
    'GET /readyz': (_, response) => sendJson(response, 200, { status: 'ready' }),
    ...catcher.routes,
  };
  return createServer((request, response) => void answer(routes, request, response));
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  const route = routes[`${request.method} ${path}`];
  try {
    if (route) await route(request, response);
    else sendJson(response, 404, { error: 'not found', routes: Object.keys(routes) });
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    sendJson(response, 400, { error: problem });
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const readJson = async (request: IncomingMessage): Promise<unknown> =>
  JSON.parse(await readText(request));

export async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    const buffer = Buffer.from(part);
    bytes += buffer.length;
    if (bytes > bodyBytesMax) throw new Error(`A body may have ${bodyBytesMax} bytes`);
    parts.push(buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
