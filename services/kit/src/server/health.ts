import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from './http.ts';

export type IsReady = () => boolean | Promise<boolean>;

/** Answers `GET /livez` and `GET /readyz`; false when the request asks for something else. */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  isReady: IsReady,
): Promise<boolean> {
  if (request.method !== 'GET') return false;
  if (request.url === '/livez') {
    send(response, { status: 200, text: '{"live":true}' });
    return true;
  }
  if (request.url !== '/readyz') return false;

  const ready = await isReady();
  send(response, { status: ready ? 200 : 503, text: JSON.stringify({ ready }) });
  return true;
}
