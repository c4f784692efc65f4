import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { RequestInfo } from '../request.ts';
import type { Reply } from './http.ts';

/** The path at the gateway below which services are told things by people and programs without a token. */
export const hooksPath = '/hooks/';

export const hookBytesMax = 64 * 1024;

/** What came to the gateway, as it hands it on to the service that the address names. */
const hookCallSchema = z.strictObject({
  method: z.enum(['GET', 'POST']),
  /** Behind `/hooks/SERVICE/`. */
  path: z.string().max(500),
  contentType: z.string().max(200),
  signature: z.string().max(200).nullable(),
  /** What a caller has already, by the `etag` of the answer that it came with. */
  ifNoneMatch: z.string().max(200).optional(),
  body: z.string().max(hookBytesMax),
});

export type HookCall = z.infer<typeof hookCallSchema>;

/** Answers whoever holds an address or signs a body. Nobody was asked who it is. */
export type AnswerHook = (request: RequestInfo, call: HookCall) => Promise<Reply>;

const replySchema = z.object({
  status: z.number(),
  text: z.string(),
  type: z.string().optional(),
  etag: z.string().optional(),
});

/** A reply of a hook travels in one that the gateway reads. */
export const writeHookReply = ({ status, text, type, headers }: Reply): Reply => ({
  status: 200,
  text: JSON.stringify({ status, text: text.toString(), type, etag: headers?.['etag'] }),
});

export function readHookReply(given: string): Reply {
  const { type, etag, ...reply } = replySchema.parse(JSON.parse(given));
  return {
    ...reply,
    ...(type !== undefined && { type }),
    ...(etag !== undefined && { headers: { etag } }),
  };
}

export function readHookCall(body: Buffer): HookCall {
  const call = hookCallSchema.safeParse(JSON.parse(body.toString('utf8')));
  if (!call.success) throw new AppError('BAD_REQUEST', z.prettifyError(call.error));
  return call.data;
}
