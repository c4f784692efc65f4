import type { Connection } from 'mysql2/promise';
import { connectKeeper, execute, mysqlIsReady, type MysqlPair, readRow } from './mysql-client.ts';
import type { MysqlName } from './mysql-server.ts';
import { UserError } from './say.ts';
import { sleep, until } from './wait.ts';

const attachMsMax = 20_000;
const rejoinEveryMs = 1000;
const rejoinAttemptsMax = 600;

/** What decides which server is the source. */
export type Candidate = {
  readonly name: MysqlName;
  /** Whether it holds every transaction of the other. */
  readonly holdsAll: boolean;
  /** Whether it was told to follow the other. */
  readonly isStandby: boolean;
};

/**
 * The server that may take writes: one that holds everything, and of two equal ones the one that
 * follows nobody. Null when each holds something that the other lacks.
 */
export function chooseSource(candidates: readonly Candidate[]): MysqlName | null {
  const complete = candidates.filter(({ holdsAll }) => holdsAll);
  const source = complete.find(({ isStandby }) => !isStandby) ?? complete[0];
  return source?.name ?? null;
}

/** Makes source and standby of two servers. Safe to repeat at any time. */
export async function formPair(pair: MysqlPair): Promise<MysqlName> {
  const a = await connectKeeper(pair, 'mysql-a');
  const b = await connectKeeper(pair, 'mysql-b').catch((error: unknown) => {
    a.destroy();
    throw error;
  });
  try {
    const source = chooseSource(await describeCandidates(a, b));
    if (!source) throw new UserError(await diverged(a, b));

    const [writer, standby] = source === 'mysql-a' ? [a, b] : [b, a];
    await stopFollowing(writer);
    await follow(pair, standby, source);
    await open(writer);
    return source;
  } finally {
    a.destroy();
    b.destroy();
  }
}

/**
 * Brings a server that returned after a crash back to its place. While the other one is away or
 * hangs this takes several attempts: given up, the standby would follow nobody for ever.
 */
export async function rejoinPair(pair: MysqlPair, returned: MysqlName): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await formPair(pair);
      return;
    } catch (error) {
      if (attempt === rejoinAttemptsMax || !(await mysqlIsReady(pair, returned))) throw error;
    }
    await openAlone(pair, returned);
    await sleep(rejoinEveryMs);
  }
}

/**
 * Opens a server whose other half is away, if it was the source. Its commits then wait for the
 * standby, so that none is acknowledged that a second failure could lose.
 */
export async function openAlone(pair: MysqlPair, name: MysqlName): Promise<void> {
  const connection = await connectKeeper(pair, name);
  try {
    const alone = await candidate(name, connection, '');
    if (!alone.isStandby) await open(connection);
  } finally {
    connection.destroy();
  }
}

async function describeCandidates(a: Connection, b: Connection): Promise<Candidate[]> {
  const [ofA, ofB] = await Promise.all([executed(a), executed(b)]);
  return Promise.all([candidate('mysql-a', a, ofB), candidate('mysql-b', b, ofA)]);
}

async function candidate(name: MysqlName, own: Connection, other: string): Promise<Candidate> {
  const row = await readRow(
    own,
    `SELECT GTID_SUBSET(?, @@GLOBAL.gtid_executed) AS holdsAll,
       (SELECT COUNT(*) FROM performance_schema.replication_connection_configuration) AS channels`,
    [other],
  );
  return { name, holdsAll: row?.['holdsAll'] === '1', isStandby: row?.['channels'] !== '0' };
}

async function executed(connection: Connection): Promise<string> {
  const row = await readRow(connection, 'SELECT @@GLOBAL.gtid_executed AS executed');
  return row?.['executed'] ?? '';
}

async function stopFollowing(writer: Connection): Promise<void> {
  await execute(writer, 'STOP REPLICA');
  await execute(writer, 'RESET REPLICA ALL');
}

async function follow(pair: MysqlPair, standby: Connection, source: MysqlName): Promise<void> {
  await execute(standby, 'SET GLOBAL super_read_only = ON');
  await execute(standby, 'SET GLOBAL rpl_semi_sync_source_enabled = OFF');
  const { host, port } = pair.servers[source];
  if (!(await follows(standby, host, port))) {
    await execute(standby, 'STOP REPLICA');
    await execute(
      standby,
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?, SOURCE_USER = 'repl',
         SOURCE_PASSWORD = ?, SOURCE_SSL = ?, GET_SOURCE_PUBLIC_KEY = 1,
         SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400,
         SOURCE_HEARTBEAT_PERIOD = 0.25`,
      [host, port, pair.passwords.repl, pair.tls ? 1 : 0],
    );
  }
  await execute(standby, 'START REPLICA');
  const attached = await until(() => isAttached(standby), { forMs: attachMsMax });
  if (!attached) throw new UserError(`The standby does not attach to ${source}: see its log.`);
}

async function follows(standby: Connection, host: string, port: number): Promise<boolean> {
  const row = await readRow(
    standby,
    `SELECT HOST AS host, PORT AS port
     FROM performance_schema.replication_connection_configuration`,
  );
  return row?.['host'] === host && row['port'] === String(port);
}

async function isAttached(standby: Connection): Promise<boolean> {
  const row = await readRow(
    standby,
    'SELECT SERVICE_STATE AS state FROM performance_schema.replication_connection_status',
  );
  return row?.['state'] === 'ON';
}

async function open(writer: Connection): Promise<void> {
  await execute(writer, 'SET GLOBAL rpl_semi_sync_source_enabled = ON');
  await execute(writer, 'SET GLOBAL super_read_only = OFF');
  await execute(writer, 'SET GLOBAL read_only = OFF');
}

async function diverged(a: Connection, b: Connection): Promise<string> {
  return `Each MySQL server holds transactions that the other lacks, so neither is opened:
  mysql-a: ${await executed(a)}
  mysql-b: ${await executed(b)}`;
}
