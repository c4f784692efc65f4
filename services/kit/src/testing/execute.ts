import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../id.ts';
import { createLog } from '../log.ts';
import { contextHeader, contextSigner, type SignedRequest } from '../server/signature.ts';
import { startSubgraph, type SubgraphOptions } from '../server/subgraph.ts';
import type { Viewer } from '../viewer.ts';

/** Someone who may do everything, unless a test says otherwise. */
export const testViewer = (viewer: Partial<Viewer> = {}): Viewer => ({
  subject: 'test',
  staffId: null,
  roles: ['admin'],
  teamIds: [],
  purpose: null,
  ...viewer,
});

const resultSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});

export type TestResult = z.infer<typeof resultSchema>;
export type TestRequest = Partial<Omit<SignedRequest, 'viewer'>> & {
  readonly viewer?: Partial<Viewer>;
};

export type TestSubgraph = {
  readonly url: string;
  readonly key: string;
  /** Sends an operation as the gateway does, by HTTP and signed. */
  readonly execute: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    request?: TestRequest,
  ) => Promise<TestResult>;
  readonly stop: () => Promise<void>;
};

type Options<Context extends object> = Omit<SubgraphOptions<Context>, 'config' | 'log' | 'name'> &
  Partial<Pick<SubgraphOptions<Context>, 'name' | 'log'>>;

/** Starts a subgraph on a free port. Call `stop` after the tests. */
export async function testSubgraph<Context extends object>(
  options: Options<Context>,
): Promise<TestSubgraph> {
  const name = options.name ?? 'test';
  const key = randomBytes(32).toString('base64url');
  const { url, stop } = await startSubgraph({
    log: createLog(name, 'silent'),
    ...options,
    name,
    config: { HOST: '127.0.0.1', PORT: 0, CONTEXT_KEY: key, DRAIN_DELAY_MS: 0 },
  });

  const sign = contextSigner({ audience: name, key });
  const execute: TestSubgraph['execute'] = async (query, variables = {}, request = {}) => {
    const body = JSON.stringify({ query, variables });
    const context = sign(signedRequest(request), body);
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [contextHeader]: context },
      body,
    });
    return resultSchema.parse(await response.json());
  };
  return { url, key, execute, stop };
}

const signedRequest = ({ viewer, ...rest }: TestRequest): SignedRequest => ({
  requestId: newId(),
  deadlineAt: Date.now() + 10_000,
  consistency: null,
  lane: 'interactive',
  ...rest,
  viewer: testViewer(viewer),
});
