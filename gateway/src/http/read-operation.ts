import type { IncomingMessage } from 'node:http';
import { AppError } from '@crm/kit/errors';
import { readBody } from '@crm/kit/server/http';
import { z } from 'zod';
import { readJson } from './read-json.ts';

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

/** Reads a subscription, which changes nothing and so may also be asked for by GET. */
export async function readSubscription(request: IncomingMessage): Promise<AskedOperation> {
  if (request.method !== 'GET') return readAskedOperation(request);
  const { searchParams } = new URL(request.url ?? '', 'http://gateway');
  const variables = searchParams.get('variables');
  return check({
    query: searchParams.get('query') ?? undefined,
    operationName: searchParams.get('operationName'),
    variables: variables === null ? null : readJson(variables),
  });
}

/**
 * Reads a GraphQL request. Only JSON is taken: a page of another origin cannot send that without
 * asking first, which is what keeps a browser's other pages out.
 */
export async function readAskedOperation(request: IncomingMessage): Promise<AskedOperation> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AppError('BAD_REQUEST', 'The content type must be application/json');
  }
  return check(readJson((await readBody(request, bodyBytesMax)).toString('utf8')));
}

function check(given: unknown): AskedOperation {
  const asked = askedSchema.safeParse(given);
  if (!asked.success) {
    throw new AppError('BAD_REQUEST', `Not a GraphQL request: ${z.prettifyError(asked.error)}`);
  }
  const { query, operationName, variables } = asked.data;
  return { query, operationName: operationName || null, variables: variables ?? {} };
}
