import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { partBytesMax } from '../storage/file-part.ts';
import type { DocumentCall } from '../transfer/file-call.ts';
import type { TestSubgraph } from './execute.ts';
import { callFiles } from './files.ts';

export const pdf = (size: number): Buffer =>
  Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(size - 9)]);

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const documentSchema = z.object({ id: z.string(), revision: z.number(), sha256: z.string() });
const attemptSchema = z.object({ attemptId: z.string() });
const uploadSchema = z.object({ upload: z.object({ path: z.string() }) });

export type DocumentCalls = {
  readonly ask: (call: DocumentCall, bytes?: Buffer) => Promise<unknown>;
  /** Runs a mutation whose field is called `upload`, and gives the token of the address. */
  readonly announce: (mutation: string, input: object) => Promise<string>;
  readonly begin: (token: string) => Promise<string>;
  /** Sends bytes to an address as the gateway does. */
  readonly send: (token: string, bytes: Buffer) => Promise<z.infer<typeof documentSchema>>;
  /** What an address gives, which lies in so many parts. */
  readonly fetched: (path: string, parts: number) => Promise<Buffer>;
};

export const tokenOf = (path: string): string => path.split('/').at(-1) ?? '';

/** How documents go in and out of a service. */
export function documentCalls(subgraph: () => TestSubgraph, service: string): DocumentCalls {
  async function ask(call: DocumentCall, bytes?: Buffer): Promise<unknown> {
    const answer = await callFiles(subgraph(), call, { service, ...(bytes && { bytes }) });
    if (answer.status !== 200) throw new Error(answer.bytes.toString());
    return JSON.parse(answer.bytes.toString());
  }

  const begin = async (token: string): Promise<string> =>
    attemptSchema.parse(await ask({ do: 'begin-upload', token })).attemptId;

  return {
    ask,
    begin,
    announce: async (mutation, input) => {
      const { data, errors } = await subgraph().execute(mutation, { input });
      if (errors) throw new Error(JSON.stringify(errors));
      return tokenOf(uploadSchema.parse(data).upload.path);
    },
    send: async (token, bytes) => {
      const attemptId = await begin(token);
      for (let at = 0; at * partBytesMax < bytes.length; at++) {
        const part = bytes.subarray(at * partBytesMax, (at + 1) * partBytesMax);
        await ask({ do: 'add-upload', token, attemptId, at }, part);
      }
      return documentSchema.parse(await ask({ do: 'complete-upload', token, attemptId }));
    },
    fetched: async (path, parts) => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < parts; at++) {
        const call = { do: 'read-download', token: tokenOf(path), at } as const;
        pieces.push((await callFiles(subgraph(), call, { service })).bytes);
      }
      return Buffer.concat(pieces);
    },
  };
}
