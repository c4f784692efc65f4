import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Home } from './paths.ts';
import { services } from './services.ts';

/** Replication takes no password of more than 32 characters. */
const passwordBytes = 24;
const keyBytes = 32;

const secretsSchema = z.object({
  /** Passwords of MySQL's users, by user. */
  mysql: z.record(z.string(), z.string()),
  /** The key that the gateway signs each subgraph's context with. */
  contextKeys: z.record(z.string(), z.string()),
  /** The key that cursors of the change feed are signed with. A home of before has none. */
  cursorKey: z.string().optional(),
  /** The key that secrets of webhooks are made with. */
  webhookKey: z.string().optional(),
  /** The key that links and receipts of messages are signed with. */
  deliveryKey: z.string().optional(),
});

export type Secrets = z.infer<typeof secretsSchema> & {
  readonly cursorKey: string;
  readonly webhookKey: string;
  readonly deliveryKey: string;
};

/** The secrets of a mesh, made up at its first start. */
export function readSecrets(home: Home): Secrets {
  const file = join(home.root, 'secrets.json');
  const known = existsSync(file) ? secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const secrets = { ...createSecrets(), ...known };
  if (Object.keys(secrets).some((name) => !(name in known))) {
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return secrets;
}

function createSecrets(): Secrets {
  const users = ['keeper', 'repl', ...services.flatMap((service) => [service, `${service}_owner`])];
  return {
    mysql: Object.fromEntries(users.map((user) => [user, secret(passwordBytes)])),
    contextKeys: Object.fromEntries(services.map((service) => [service, secret(keyBytes)])),
    cursorKey: secret(keyBytes),
    webhookKey: secret(keyBytes),
    deliveryKey: secret(keyBytes),
  };
}

const secret = (bytes: number): string => randomBytes(bytes).toString('base64url');
