import type { IncomingMessage } from 'node:http';
import { AppError } from '@crm/kit/errors';
import { partBytesMax } from '@crm/kit/storage/file-part';
import { fileCallSchema, type FileCall } from '@crm/kit/transfer/file-call';
import { z } from 'zod';
import type { CallFiles, FileRequest } from './call-service.ts';

const idleMsMax = 30_000;

const formats: Readonly<Record<string, string>> = {
  'text/csv': 'CSV',
  'application/csv': 'CSV',
  'application/x-ndjson': 'NDJSON',
  'application/ndjson': 'NDJSON',
  'application/jsonl': 'NDJSON',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'XLSX',
};

const fileSchema = z.object({ id: z.string(), size: z.number() });

/** Hands the body of a request to a service, a part at a time: no more than one is ever held. */
export async function receiveFile(
  call: CallFiles,
  asking: FileRequest,
  request: IncomingMessage,
): Promise<string> {
  const begun = await call(asking, describe(request));
  const { id } = fileSchema.parse(JSON.parse(begun.toString('utf8')));
  let at = 0;
  for await (const part of partsOf(request)) {
    await call(asking, { do: 'add', id, at }, part);
    at += 1;
  }
  if (at === 0) throw new AppError('BAD_REQUEST', 'The file is empty');
  return (await call(asking, { do: 'complete', id })).toString('utf8');
}

/** What the file is, as the address and the content type tell it. */
function describe({ url = '', headers }: IncomingMessage): FileCall {
  const asked = new URL(url, 'http://gateway').searchParams;
  const format = asked.get('format')?.toUpperCase() ?? formatOf(headers['content-type']);
  const call = fileCallSchema.safeParse({
    do: 'begin',
    name: asked.get('name') ?? `file.${format.toLowerCase()}`,
    format,
    encoding: asked.get('encoding') ?? 'utf-8',
  });
  if (call.success) return call.data;
  throw new AppError('BAD_REQUEST', z.prettifyError(call.error));
}

function formatOf(contentType = ''): string {
  const format = formats[contentType.split(';')[0]?.trim().toLowerCase() ?? ''];
  if (format !== undefined) return format;
  const known = Object.keys(formats).join(', ');
  throw new AppError('BAD_REQUEST', `The content type must be one of ${known}`);
}

/** The body of a request in parts of one size: no more than one is ever held. */
export async function* partsOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  const idle = setTimeout(() => request.destroy(), idleMsMax);
  let held: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      idle.refresh();
      let rest = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      while (length + rest.length >= partBytesMax) {
        const taken = rest.subarray(0, partBytesMax - length);
        yield Buffer.concat([...held, taken]);
        rest = rest.subarray(taken.length);
        held = [];
        length = 0;
      }
      held.push(rest);
      length += rest.length;
    }
  } finally {
    clearTimeout(idle);
  }
  if (length > 0) yield Buffer.concat(held);
}
