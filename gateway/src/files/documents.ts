import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@crm/kit/errors';
import { send } from '@crm/kit/server/http';
import { partsOf as partCountOf } from '@crm/kit/storage/blob-store';
import { documentsPath, readAddress, type AddressClaims } from '@crm/kit/storage/signed-address';
import type { Viewer } from '@crm/kit/viewer';
import { z } from 'zod';
import type { CallFiles, FileRequest, FileServices } from './call-service.ts';
import { sendParts } from './deliver.ts';
import { partsOf } from './receive.ts';

type Options = {
  readonly services: FileServices;
  readonly keys: ReadonlyMap<string, string>;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
};

/** The address says what may be done; whoever holds it has no rights beside. */
const holder: Viewer = {
  subject: 'address',
  staffId: null,
  roles: [],
  teamIds: [],
  purpose: null,
};

/** Answers `PUT` and `GET` of a signed address, which a service has given out. */
export async function answerDocument(
  { services, keys }: Options,
  { request, response, requestId }: Exchange,
): Promise<void> {
  const [service = '', token = ''] = (request.url ?? '').slice(documentsPath.length).split('/');
  const key = keys.get(service);
  if (key === undefined || !services.has(service)) {
    return send(response, { status: 404, text: '' });
  }
  const claims = readAddress({ service, key }, token, { nowMs: Date.now() });
  const allow = methodOf(claims);
  if (request.method !== allow)
    return send(response, { status: 405, text: '', headers: { allow } });
  const asking = { service, requestId, viewer: holder };
  if (claims.do === 'download') return deliver(services.call, { ...asking, token }, response);
  const text = await receive(services.call, { ...asking, token }, request);
  send(response, { status: 201, text });
}

const methodOf = ({ do: wanted }: AddressClaims): 'GET' | 'PUT' =>
  wanted === 'upload' ? 'PUT' : 'GET';

type Addressed = FileRequest & { readonly token: string };

const attemptSchema = z.object({ attemptId: z.uuid() });

/** Hands a body on part by part. When it breaks off, what has come is thrown away at once. */
async function receive(
  call: CallFiles,
  { token, ...asking }: Addressed,
  request: IncomingMessage,
): Promise<string> {
  const begun = await call(asking, { do: 'begin-upload', token });
  const { attemptId } = attemptSchema.parse(JSON.parse(begun.toString('utf8')));
  try {
    let at = 0;
    for await (const part of partsOf(request)) {
      await call(asking, { do: 'add-upload', token, attemptId, at }, part);
      at += 1;
    }
    if (!request.complete) throw new AppError('BAD_REQUEST', 'The file did not come whole');
    return (await call(asking, { do: 'complete-upload', token, attemptId })).toString('utf8');
  } catch (error) {
    await call(asking, { do: 'abort-upload', token, attemptId }).catch(() => undefined);
    throw error;
  }
}

const documentSchema = z.object({
  name: z.string(),
  mimeType: z.string(),
  size: z.number(),
  sha256: z.string(),
});

async function deliver(
  call: CallFiles,
  { token, ...asking }: Addressed,
  response: ServerResponse,
): Promise<void> {
  const found = await call(asking, { do: 'find-download', token });
  const { name, mimeType, size, sha256 } = documentSchema.parse(JSON.parse(found.toString('utf8')));
  response.writeHead(200, {
    'content-type': mimeType === 'text/plain' ? 'text/plain; charset=utf-8' : mimeType,
    'content-length': size,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    etag: `"${sha256}"`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  await sendParts(response, partCountOf(size), (at) =>
    call(asking, { do: 'read-download', token, at }),
  );
}
