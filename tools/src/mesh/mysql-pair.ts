import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Mesh } from './mesh.ts';
import { mysqlNames, type MysqlName } from './mysql-server.ts';
import { UserError } from './say.ts';
import { until } from './wait.ts';

const attachMsMax = 20_000;

/** What decides which server is the source. `has` is whether it holds every transaction of the other. */
export type Candidate = {
  readonly name: MysqlName;
  readonly holdsAll: boolean;
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

/** Makes source and standby of two closed or working servers. Safe to repeat at any time. */
export async function formPair(mesh: Mesh): Promise<MysqlName> {
  const a = await connectKeeper(mesh, 'mysql-a');
  const b = await connectKeeper(mesh, 'mysql-b');
  try {
    const source = chooseSource(await describeCandidates(a, b));
    if (!source) throw new UserError(await diverged(a, b));

    const [writer, standby] = source === 'mysql-a' ? [a, b] : [b, a];
    await stopFollowing(writer);
    await follow(mesh, standby, source);
    await open(writer);
    return source;
  } finally {
    a.destroy();
    b.destroy();
  }
}

export const connectKeeper = ({ ports, secrets }: Mesh, name: MysqlName): Promise<Connection> =>
  createConnection({
    host: '127.0.0.1',
    port: ports[`${name}-admin`],
    user: 'keeper',
    password: secrets.mysql['keeper'] ?? '',
    connectTimeout: 2000,
  });

export async function mysqlIsReady(mesh: Mesh, name: MysqlName): Promise<boolean> {
  try {
    const connection = await connectKeeper(mesh, name);
    connection.destroy();
    return true;
  } catch {
    return false;
  }
}

/** The first row of an answer, its values as text. */
export async function readRow(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<Readonly<Record<string, string | null>> | null> {
  const [[row]] = await connection.query<RowDataPacket[]>(sql, [...values]);
  if (!row) return null;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
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
  await writer.query('STOP REPLICA');
  await writer.query('RESET REPLICA ALL');
}

async function follow(mesh: Mesh, standby: Connection, source: MysqlName): Promise<void> {
  await standby.query('SET GLOBAL super_read_only = ON');
  await standby.query('SET GLOBAL rpl_semi_sync_source_enabled = OFF');
  if (!(await follows(standby, mesh.ports[source]))) {
    await standby.query('STOP REPLICA');
    await standby.query(
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ?,
         SOURCE_USER = 'repl', SOURCE_PASSWORD = ?, SOURCE_SSL = 0, GET_SOURCE_PUBLIC_KEY = 1,
         SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400,
         SOURCE_HEARTBEAT_PERIOD = 0.25`,
      [mesh.ports[source], mesh.secrets.mysql['repl']],
    );
  }
  await standby.query('START REPLICA');
  const attached = await until(() => isAttached(standby), { forMs: attachMsMax });
  if (!attached) throw new UserError(`The standby does not attach to ${source}: see its log.`);
}

async function follows(standby: Connection, port: number): Promise<boolean> {
  const row = await readRow(
    standby,
    'SELECT PORT AS port FROM performance_schema.replication_connection_configuration',
  );
  return row?.['port'] === String(port);
}

async function isAttached(standby: Connection): Promise<boolean> {
  const row = await readRow(
    standby,
    'SELECT SERVICE_STATE AS state FROM performance_schema.replication_connection_status',
  );
  return row?.['state'] === 'ON';
}

async function open(writer: Connection): Promise<void> {
  await writer.query('SET GLOBAL rpl_semi_sync_source_enabled = ON');
  await writer.query('SET GLOBAL super_read_only = OFF');
  await writer.query('SET GLOBAL read_only = OFF');
}

async function diverged(a: Connection, b: Connection): Promise<string> {
  return `Each MySQL server holds transactions that the other lacks, so neither is opened:
  ${mysqlNames[0]}: ${await executed(a)}
  ${mysqlNames[1]}: ${await executed(b)}`;
}
