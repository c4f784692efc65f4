import type { IncomingMessage, ServerResponse } from 'node:http';
import { send } from './http.ts';

export type IsReady = () => boolean | Promise<boolean>;

export type Health = {
  readonly isReady: IsReady;
  /** What is wrong though requests are answered. */
  readonly problems?: (() => readonly string[]) | undefined;
};

/** Answers `GET /livez` and `GET /readyz`; false when the request asks for something else. */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  { isReady, problems: problemsOf }: Health,
): Promise<boolean> {
  if (request.method !== 'GET') return false;
  if (request.url === '/livez') {
    send(response, { status: 200, text: '{"live":true}' });
    return true;
  }
  if (request.url !== '/readyz') return false;

  const ready = await isReady();
  const problems = problemsOf?.() ?? [];
  const text = JSON.stringify({ ready, ...(problems.length > 0 && { problems }) });
  send(response, { status: ready ? 200 : 503, text });
  return true;
}
