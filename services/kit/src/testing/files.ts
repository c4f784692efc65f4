import { newId } from '../id.ts';
import { contextHeader, contextSigner } from '../server/signature.ts';
import { filesPath, writeCall, type FileCall } from '../transfer/file-call.ts';
import type { Viewer } from '../viewer.ts';
import { testViewer, type TestSubgraph } from './execute.ts';

type Answer = { readonly status: number; readonly bytes: Buffer };

type Sending = {
  readonly viewer?: Partial<Viewer>;
  readonly bytes?: Buffer;
  readonly service?: string;
};

/** Asks a subgraph about a file as the gateway does. */
export async function callFiles(
  { url, key }: TestSubgraph,
  call: FileCall,
  { viewer = {}, bytes, service = 'customers' }: Sending = {},
): Promise<Answer> {
  const body = writeCall(call, bytes);
  const sign = contextSigner({ audience: service, key });
  const context = sign(
    {
      viewer: testViewer(viewer),
      requestId: newId(),
      deadlineAt: Date.now() + 10_000,
      consistency: null,
      lane: 'interactive',
    },
    body,
  );
  const response = await fetch(new URL(filesPath, url), {
    method: 'POST',
    headers: { [contextHeader]: context },
    body: new Uint8Array(body),
  });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

type Sent = {
  readonly content: Buffer | string;
  readonly format?: 'CSV' | 'NDJSON' | 'XLSX';
  readonly encoding?: 'utf-8' | 'gb18030';
  readonly viewer?: Partial<Viewer>;
  readonly partBytes?: number;
};

/** Sends a file in parts, and gives its id. */
export async function sendFile(
  subgraph: TestSubgraph,
  { content, format = 'CSV', encoding = 'utf-8', viewer = {}, partBytes = 1024 * 1024 }: Sent,
): Promise<string> {
  const ask = async (call: FileCall, bytes?: Buffer): Promise<unknown> => {
    const answer = await callFiles(subgraph, call, { viewer, ...(bytes && { bytes }) });
    if (answer.status !== 200) throw new Error(answer.bytes.toString());
    return JSON.parse(answer.bytes.toString());
  };
  const begun = await ask({ do: 'begin', name: `test.${format.toLowerCase()}`, format, encoding });
  const id = String(Reflect.get(Object(begun), 'id'));
  const bytes = Buffer.from(content);
  for (let at = 0; at * partBytes < bytes.length; at++) {
    await ask({ do: 'add', id, at }, bytes.subarray(at * partBytes, (at + 1) * partBytes));
  }
  await ask({ do: 'complete', id });
  return id;
}
