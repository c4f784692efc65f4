import type { IncomingMessage } from 'node:http';
import { AppError } from '@crm/kit/errors';
import { readBody } from '@crm/kit/server/http';
import { z } from 'zod';

const askedSchema = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export type AskedOperation = {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
};

/** A bulk mutation of some hundred records fits. */
const bodyBytesMax = 1024 * 1024;

/**
 * Reads a GraphQL request. Only JSON is taken: a page of another origin cannot send that without
 * asking first, which is what keeps a browser's other pages out.
 */
export async function readAskedOperation(request: IncomingMessage): Promise<AskedOperation> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AppError('BAD_REQUEST', 'The content type must be application/json');
  }
  const asked = askedSchema.safeParse(parseJson(await readBody(request, bodyBytesMax)));
  if (!asked.success) {
    throw new AppError('BAD_REQUEST', `Not a GraphQL request: ${z.prettifyError(asked.error)}`);
  }
  const { query, operationName, variables } = asked.data;
  return { query, operationName: operationName || null, variables: variables ?? {} };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AppError('BAD_REQUEST', 'The body is no JSON');
  }
}
