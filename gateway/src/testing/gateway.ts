import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readConfig } from '@crm/kit/server/config';
import type { Bus } from '@crm/kit/event/bus';
import { createLog, type Log } from '@crm/kit/log';
import { z } from 'zod';
import { gatewaySettings } from '../config.ts';
import { startGateway, type RunningGateway } from '../start.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';

export type TestGatewayOptions = {
  readonly supergraph: string;
  readonly subgraphs: Readonly<Record<string, { readonly url: string; readonly key: string }>>;
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Log;
  readonly bus?: Bus;
};

const resultSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});

export type TestResult = z.infer<typeof resultSchema> & {
  readonly status: number;
  readonly headers: Headers;
};

export type TestGateway = RunningGateway & {
  readonly issuer: TestIssuer;
  readonly supergraphPath: string;
  readonly post: (body: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** Runs an operation with a valid token, unless the headers say otherwise. */
  readonly query: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<TestResult>;
};

/** A whole gateway on free ports, with an issuer of its own. */
export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const issuer = await startIssuer();
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, options.supergraph);
  writeFileSync(join(folder, 'first.graphql'), 'query First { __typename }');

  const entries = Object.entries(options.subgraphs);
  const config = readConfig(gatewaySettings, {
    PORT: '0',
    SUBGRAPHS: entries.map(([name, { url }]) => `${name}=${url}`).join(','),
    CONTEXT_KEYS: entries.map(([name, { key }]) => `${name}=${key}`).join(','),
    JWKS_URL: issuer.jwksUrl,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: issuer.audience,
    SUPERGRAPH: supergraphPath,
    DRAIN_DELAY_MS: '0',
    ...options.settings,
  });
  const gateway = await startGateway({
    config,
    log: options.log ?? createLog('gateway', 'silent'),
    examples: pathToFileURL(`${folder}/`),
    ...(options.bus && { bus: options.bus }),
  });

  const token = await issuer.sign();
  const post: TestGateway['post'] = (body, headers = {}) =>
    fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        ...headers,
      },
      body,
    });
  const query: TestGateway['query'] = async (text, variables = {}, headers = {}) => {
    const response = await post(JSON.stringify({ query: text, variables }), headers);
    const result = resultSchema.parse(await response.json());
    return { ...result, status: response.status, headers: response.headers };
  };
  const stop = async (): Promise<void> => {
    await gateway.stop();
    issuer.stop();
    rmSync(folder, { recursive: true });
  };
  return { ...gateway, issuer, supergraphPath, post, query, stop };
}
