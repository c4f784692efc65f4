import { z } from 'zod';
import { usualRetention } from '../transfer/retention.ts';

/** Reads settings once, at start. A bad setting stops the process before it takes a request. */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(env);
  if (!result.success) throw new Error(`Bad configuration:\n${z.prettifyError(result.error)}`);
  return result.data;
}

/** `a=127.0.0.1:4010,b=127.0.0.1:4011` as a list of named addresses. */
const nodes = z.string().transform((text, context) =>
  text.split(',').map((part) => {
    const match = /^(\w[\w-]*)=([^:]+):(\d+)$/.exec(part.trim());
    if (!match) {
      context.addIssue({ code: 'custom', message: `expected name=host:port, not "${part}"` });
      return z.NEVER;
    }
    return { name: match[1] ?? '', host: match[2] ?? '', port: Number(match[3]) };
  }),
);

const days = z.coerce.number().int().min(1).max(3650);

/** The settings that every service reads. */
export const serviceSettings = {
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  MYSQL_NODES: nodes,
  MYSQL_USER: z.string().min(1),
  MYSQL_PASSWORD: z.string(),
  MYSQL_SCHEMA: z.string().regex(/^\w+$/),
  NATS_URL: z.string().min(1),
  /** How many NATS servers keep a copy of each event: 3 where there are three. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
  /** What the keeper calls the cluster. Without it the one server that takes writes is the writer. */
  MYSQL_CLUSTER: z.string().regex(/^\w+$/).optional(),
  /** The key that the gateway signs this subgraph's context with, at least 32 characters. */
  CONTEXT_KEY: z.string().min(32),
  /** How long a stopping service still takes requests, so that callers look elsewhere first. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(10_000).default(1000),
  /** For how many days a file that was sent or exported is kept. */
  TRANSFER_FILE_DAYS: days.default(usualRetention.fileDays),
  /** For how many days it can be seen, and undone, what an import has done. */
  TRANSFER_JOB_DAYS: days.default(usualRetention.jobDays),
} as const;
