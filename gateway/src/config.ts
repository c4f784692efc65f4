import { z } from 'zod';

const separated = (pattern: RegExp, hint: string) =>
  z.string().transform((text, context): ReadonlyMap<string, string> => {
    const pairs = new Map<string, string>();
    for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
      const [, name, value] = pattern.exec(entry.trim()) ?? [];
      if (name && value) pairs.set(name, value);
      else
        context.addIssue({
          code: 'custom',
          message: `expected ${hint} in entry ${pairs.size + 1}`,
        });
    }
    return pairs;
  });

/** What the gateway reads from its environment. */
export const gatewaySettings = {
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  /** Where `/metrics` is served; on `PORT` when not given. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** `customers=http://127.0.0.1:4001/graphql,…`: the addresses in the supergraph are not used. */
  SUBGRAPHS: separated(/^([\w-]+)=(https?:\/\/\S+)$/, 'name=http://host:port/path'),
  /** `customers=<key>,…`: one key for each subgraph, at least 32 characters. */
  CONTEXT_KEYS: separated(/^([\w-]+)=(\S{32,})$/, 'name=key of 32 characters or more'),
  /** Where the stream of changes is. Without it there is no change feed. */
  NATS_URL: z.string().optional(),
  /** Signs the cursors of the change feed: the same for every gateway, 32 characters or more. */
  CURSOR_KEY: z.string().min(32).optional(),
  /** How old the cursor of a follower becomes to whom nothing happens. */
  CURSOR_RENEW_MS: z.coerce.number().int().min(0).default(1_800_000),
  JWKS_URL: z.url(),
  TOKEN_ISSUER: z.string().min(1),
  TOKEN_AUDIENCE: z.string().min(1),
  /** The path of the composed supergraph. A changed file is taken over while running. */
  SUPERGRAPH: z.string().min(1),
  /** Origins of front ends that browsers may call from, separated by commas. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => new Set(text.split(',').filter((origin) => origin !== ''))),
  /** Introspection, GraphiQL and suggestions in messages: `on` or `off`. */
  EXPLORE: z.enum(['on', 'off']).default('on'),
  /** How long a stopping gateway still takes requests, so that callers look elsewhere first. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(10_000).default(1000),
} as const;

export type GatewayConfig = z.infer<z.ZodObject<typeof gatewaySettings>>;
