import { z } from 'zod';
import { AppError } from '../errors.ts';
import { encodings } from './stored-file.ts';

const at = z.int().min(0);
const token = z.string().max(2000);
const attemptId = z.uuid();

const storedFileCalls = [
  z.strictObject({
    do: z.literal('begin'),
    name: z.string().min(1).max(255),
    format: z.enum(['CSV', 'NDJSON', 'XLSX']),
    encoding: z.enum(encodings),
  }),
  z.strictObject({ do: z.literal('add'), id: z.uuid(), at }),
  z.strictObject({ do: z.literal('complete'), id: z.uuid() }),
  z.strictObject({ do: z.literal('find'), id: z.uuid() }),
  z.strictObject({ do: z.literal('read'), id: z.uuid(), at }),
] as const;

/** For whoever holds a signed address, whose last part is the token. */
const documentCalls = [
  z.strictObject({ do: z.literal('begin-upload'), token }),
  z.strictObject({ do: z.literal('add-upload'), token, attemptId, at }),
  z.strictObject({ do: z.literal('complete-upload'), token, attemptId }),
  z.strictObject({ do: z.literal('abort-upload'), token, attemptId }),
  z.strictObject({ do: z.literal('find-download'), token }),
  z.strictObject({ do: z.literal('read-download'), token, at }),
] as const;

/** What the gateway asks of a service about a file. The bytes of a part follow on the next line. */
export const fileCallSchema = z.discriminatedUnion('do', [...storedFileCalls, ...documentCalls]);

export type FileCall = z.infer<typeof fileCallSchema>;
export type DocumentCall = z.infer<(typeof documentCalls)[number]>;
export type StoredFileCall = z.infer<(typeof storedFileCalls)[number]>;

export const isDocumentCall = (call: FileCall): call is DocumentCall => 'token' in call;

export const filesPath = '/files';

const noBytes = Buffer.alloc(0);

/** One body for both, so that one signature covers both. */
export const writeCall = (call: FileCall, bytes: Buffer = noBytes): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(call)}\n`), bytes]);

export function readCall(body: Buffer): { readonly call: FileCall; readonly bytes: Buffer } {
  const end = body.indexOf(10);
  const asked = fileCallSchema.safeParse(parseJson(body.subarray(0, Math.max(end, 0)).toString()));
  if (!asked.success) throw new AppError('BAD_REQUEST', z.prettifyError(asked.error));
  return { call: asked.data, bytes: body.subarray(end + 1) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('BAD_REQUEST', 'What was sent is no JSON');
  }
}
