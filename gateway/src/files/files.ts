import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeError } from '@crm/kit/describe-error';
import { AppError, unavailable } from '@crm/kit/errors';
import { isId, newId } from '@crm/kit/id';
import type { Log } from '@crm/kit/log';
import { send } from '@crm/kit/server/http';
import type { Authenticate } from '../authenticate.ts';
import { oneHeader } from '../http/one-header.ts';
import { withPurpose } from '../http/purpose.ts';
import { refuse } from '../http/refuse.ts';
import type { Handle } from '../http/route.ts';
import type { FileServices } from './call-service.ts';
import { documentsPath } from '@crm/kit/storage/signed-address';
import { deliverFile } from './deliver.ts';
import { answerDocument } from './documents.ts';
import { receiveFile } from './receive.ts';

type Options = {
  readonly services: FileServices;
  readonly keys: ReadonlyMap<string, string>;
  readonly authenticate: Authenticate;
  readonly log: Log;
};

/** Files in work at a time; each holds a part or two. */
const filesAtOnceMax = 16;

/** Answers `POST /files/SERVICE`, `GET /files/SERVICE/ID`, and signed addresses of documents. */
export function createFiles(options: Options): Handle {
  let inWork = 0;
  return async (request, response) => {
    const requestId = newId();
    response.setHeader('x-request-id', requestId);
    if (inWork >= filesAtOnceMax) return refuse(response, unavailable('Too many files at once'));
    inWork += 1;
    try {
      const isDocument = request.url?.startsWith(documentsPath) ?? false;
      const exchange = { request, response, requestId };
      await (isDocument ? answerDocument(options, exchange) : answer(options, exchange));
    } catch (error) {
      fail(options, { request, response, requestId }, error);
    } finally {
      inWork -= 1;
    }
    options.log.info({ requestId, status: response.statusCode }, 'file');
  };
}

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
};

async function answer(
  { services, authenticate }: Options,
  { request, response, requestId }: Exchange,
): Promise<void> {
  const { viewer } = await authenticate(request.headersDistinct['authorization'] ?? []);
  const place = placeOf(request);
  if (!place || !services.has(place.service)) return send(response, { status: 404, text: '' });
  const { service, id } = place;
  const purpose = oneHeader(request, 'x-crm-purpose');
  const asking = { service, requestId, viewer: withPurpose(viewer, purpose) };
  if (request.method === 'POST' && id === undefined) {
    const text = await receiveFile(services.call, asking, request);
    return send(response, { status: 201, text });
  }
  if (request.method === 'GET' && id !== undefined) {
    return deliverFile(services.call, { ...asking, id }, response);
  }
  send(response, { status: 405, text: '', headers: { allow: 'POST, GET' } });
}

type Place = { readonly service: string; readonly id: string | undefined };

/** `/files/SERVICE`, and `/files/SERVICE/ID`. */
function placeOf({ url = '' }: IncomingMessage): Place | null {
  const [, service, id] = /^\/files\/([\w-]+)(?:\/([\w-]+))?(?:\?|$)/.exec(url) ?? [];
  if (service === undefined) return null;
  if (id !== undefined && !isId(id)) throw new AppError('NOT_FOUND', 'There is no such file');
  return { service, id };
}

/** What is left of a body that is refused would be taken for the next request. */
function fail({ log }: Options, { request, response, requestId }: Exchange, error: unknown): void {
  if (!(error instanceof AppError)) log.error({ requestId, error: describeError(error) }, 'bug');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!request.complete) response.shouldKeepAlive = false;
  refuse(response, error);
  request.resume();
}
