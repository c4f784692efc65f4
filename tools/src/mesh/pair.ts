import { z } from 'zod';
import { type MysqlPair, type MysqlServer } from './mysql-client.ts';
import { formPair, openAlone } from './mysql-pair.ts';
import { mysqlNames } from './mysql-server.ts';
import { say } from './say.ts';
import { mysqlStatus } from './status-mysql.ts';
import { sleep } from './wait.ts';

/**
 * Looks after a pair where no supervisor does, as in containers: forms it at the first start and
 * after restarts. It never promotes a standby.
 */
const everyMs = 2000;

/** `mysql-a:3306:33062`: host, port, admin port. */
const server = z.string().transform((text, context): MysqlServer => {
  const [, host, port, adminPort] = /^([^:]+):(\d+):(\d+)$/.exec(text) ?? [];
  if (host && port && adminPort) return { host, port: Number(port), adminPort: Number(adminPort) };
  context.addIssue({ code: 'custom', message: 'expected host:port:admin port' });
  return z.NEVER;
});

const settings = z
  .object({
    MYSQL_A: server,
    MYSQL_B: server,
    KEEPER_PASSWORD: z.string(),
    REPL_PASSWORD: z.string(),
    /** `on` when the servers have certificates, as they need between machines. */
    MYSQL_TLS: z.enum(['on', 'off']).default('off'),
  })
  .parse(process.env);

const pair: MysqlPair = {
  servers: { 'mysql-a': settings.MYSQL_A, 'mysql-b': settings.MYSQL_B },
  passwords: { keeper: settings.KEEPER_PASSWORD, repl: settings.REPL_PASSWORD },
  tls: settings.MYSQL_TLS === 'on',
};

async function isFormed(): Promise<boolean> {
  const roles = (await mysqlStatus(pair)).map(({ role }) => role);
  return roles.includes('source') && roles.includes('standby');
}

async function look(): Promise<void> {
  const reachable = (await mysqlStatus(pair)).filter(({ role }) => role !== 'unreachable');
  if (reachable.length === mysqlNames.length) say(`${await formPair(pair)} is the source`);
  else for (const { name } of reachable) await openAlone(pair, name);
}

process.once('SIGTERM', () => process.exit(0));
for (;;) {
  if (!(await isFormed())) await look().catch((error: unknown) => say(String(error)));
  await sleep(everyMs);
}
