import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { CallFiles, FileRequest } from './call-service.ts';

const types: Readonly<Record<string, string>> = {
  CSV: 'text/csv; charset=utf-8',
  NDJSON: 'application/x-ndjson',
  XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const fileSchema = z.object({
  name: z.string(),
  format: z.string(),
  size: z.number(),
  partCount: z.number(),
});

export async function deliverFile(
  call: CallFiles,
  asking: FileRequest & { readonly id: string },
  response: ServerResponse,
): Promise<void> {
  const { id } = asking;
  const found = await call(asking, { do: 'find', id });
  const { name, format, size, partCount } = fileSchema.parse(JSON.parse(found.toString('utf8')));
  response.writeHead(200, {
    'content-type': types[format] ?? 'application/octet-stream',
    'content-length': size,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  await sendParts(response, partCount, (at) => call(asking, { do: 'read', id, at }));
}

/** Sends parts as fast as they are taken. */
export async function sendParts(
  response: ServerResponse,
  partCount: number,
  read: (at: number) => Promise<Buffer>,
): Promise<void> {
  for (let at = 0; at < partCount && !response.destroyed; at++) {
    if (!response.write(await read(at)))
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
