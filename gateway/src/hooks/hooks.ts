import type { IncomingMessage } from 'node:http';
import { describeError } from '@crm/kit/describe-error';
import { AppError } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import type { Log } from '@crm/kit/log';
import { bodySignatureHeader } from '@crm/kit/server/body-signature';
import { hookBytesMax, readHookReply, type HookCall } from '@crm/kit/server/hook-call';
import { readBody, send, type Reply } from '@crm/kit/server/http';
import type { FileServices } from '../files/call-service.ts';
import { oneHeader } from '../http/one-header.ts';
import { refuse } from '../http/refuse.ts';
import type { Handle } from '../http/route.ts';
import { createAllowance } from './allowance.ts';

type Options = { readonly services: FileServices; readonly log: Log };

/**
 * Hands on what people and programs without a token tell a service: a click on a link in a mail, the
 * receipt of a provider. The service knows its own links and signatures; here is only how much may come.
 */
export function createHooks(options: Options): Handle {
  const { log } = options;
  const allowance = createAllowance();
  return async (request, response) => {
    const requestId = newId();
    response.setHeader('x-request-id', requestId);
    const mayCome = allowance.take(request.socket.remoteAddress ?? '', performance.now());
    const answering = mayCome ? answer(options, request, requestId) : Promise.resolve(tooMany);
    await answering.then(
      (reply) => send(response, reply),
      (error: unknown) => {
        if (!(error instanceof AppError)) {
          log.error({ requestId, error: describeError(error) }, 'bug');
        }
        refuse(response, error);
      },
    );
    request.resume();
    log.info({ requestId, status: response.statusCode }, 'hook');
  };
}

const tooMany: Reply = { status: 429, text: '', headers: { 'retry-after': '10' } };

async function answer(
  { services }: Options,
  request: IncomingMessage,
  requestId: string,
): Promise<Reply> {
  const place = placeOf(request);
  if (!place || !services.has(place.service)) return notFound;
  const { method } = request;
  if (method !== 'GET' && method !== 'POST') return wrongMethod;
  if (method === 'POST' && isLongForm(request)) return tooLong;
  const call = await readCall(request, method, place.path);
  const reply = readHookReply(await services.tell({ service: place.service, requestId }, call));
  return { ...reply, headers: { ...safe, ...cachingOf(reply) } };
}

const notFound: Reply = { status: 404, text: '' };
const wrongMethod: Reply = { status: 405, text: '', headers: { allow: 'GET, POST' } };

/** What a page of ours has sent is answered to the person who looks at it. */
const isLongForm = (request: IncomingMessage): boolean =>
  (oneHeader(request, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded') &&
  Number(oneHeader(request, 'content-length') ?? 0) > hookBytesMax;

const tooLong: Reply = {
  status: 413,
  text: '<!doctype html><meta charset="utf-8"><title>内容过长</title><p>内容过长，请返回后缩短再提交。</p><p lang="en">This is too long. Please go back, shorten it and send it again.</p>',
  type: 'text/html; charset=utf-8',
};

/** A page may send its own form, and nothing else. */
const safe = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** What has an etag is asked for again after some minutes, and is answered by nothing while it is the same. */
function cachingOf({ headers }: Reply): NonNullable<Reply['headers']> {
  const etag = headers?.['etag'];
  return etag === undefined ? {} : { etag, 'cache-control': 'private, max-age=300' };
}

/**
 * `/hooks/SERVICE/PATH`; what stands behind a question mark is nothing of ours, nor is the punctuation
 * that a program for messages takes for the end of a link.
 */
function placeOf({ url = '' }: IncomingMessage): { service: string; path: string } | null {
  const [, service, path] =
    /^\/hooks\/([\w-]+)\/([\w\-/.]{1,400})(?:%[\da-f]{2}|[^\w\-/.%?])*(?:\?|$)/i.exec(url) ?? [];
  return service === undefined || path === undefined ? null : { service, path };
}

async function readCall(
  request: IncomingMessage,
  method: HookCall['method'],
  path: string,
): Promise<HookCall> {
  const ifNoneMatch = oneHeader(request, 'if-none-match')?.slice(0, 200);
  const body = method === 'POST' ? await readBody(request, hookBytesMax) : Buffer.alloc(0);
  return {
    method,
    path,
    contentType: (oneHeader(request, 'content-type') ?? '').slice(0, 200),
    signature: oneHeader(request, bodySignatureHeader)?.slice(0, 200) ?? null,
    body: body.toString('utf8'),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
  };
}
