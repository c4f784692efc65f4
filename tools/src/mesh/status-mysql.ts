import type { Connection } from 'mysql2/promise';
import { connectKeeper, type MysqlPair, readRow, type Row } from './mysql-client.ts';
import { mysqlNames, type MysqlName } from './mysql-server.ts';

export type MysqlStatus = {
  readonly name: MysqlName;
  readonly role: 'source' | 'standby' | 'closed' | 'unreachable';
  /** A source: whether commits wait for a standby. A standby: whether it answers for commits. */
  readonly semiSync: boolean;
  /** Standbys that are attached to a source. */
  readonly attached: number;
  /** How far a standby is behind, null when it is unknown or the server is no standby. */
  readonly lagSeconds: number | null;
  readonly gtidExecuted: string | null;
};

export const mysqlStatus = (pair: MysqlPair): Promise<MysqlStatus[]> =>
  Promise.all(mysqlNames.map((name) => statusOf(pair, name)));

/** One server takes writes, and the other one answers for them. */
export const isComplete = (servers: readonly MysqlStatus[]): boolean =>
  servers.some(({ role, semiSync, attached }) => role === 'source' && semiSync && attached > 0) &&
  servers.some(({ role, semiSync }) => role === 'standby' && semiSync);

/** Whether a server follows another one. False also when it does not answer. */
export async function isStandby(pair: MysqlPair, name: MysqlName): Promise<boolean> {
  return (await statusOf(pair, name)).role === 'standby';
}

async function statusOf(pair: MysqlPair, name: MysqlName): Promise<MysqlStatus> {
  try {
    const connection = await connectKeeper(pair, name);
    try {
      return describe(name, await readState(connection));
    } finally {
      connection.destroy();
    }
  } catch {
    const unknown = { semiSync: false, attached: 0, lagSeconds: null, gtidExecuted: null };
    return { name, role: 'unreachable', ...unknown };
  }
}

type State = { readonly server: Row; readonly replica: Row | null };

async function readState(connection: Connection): Promise<State> {
  const server = await readRow(
    connection,
    `SELECT @@GLOBAL.super_read_only AS readOnly, @@GLOBAL.gtid_executed AS gtidExecuted,
       MAX(IF(VARIABLE_NAME = 'Rpl_semi_sync_source_status', VARIABLE_VALUE, NULL)) AS asSource,
       MAX(IF(VARIABLE_NAME = 'Rpl_semi_sync_replica_status', VARIABLE_VALUE, NULL)) AS asReplica,
       MAX(IF(VARIABLE_NAME = 'Rpl_semi_sync_source_clients', VARIABLE_VALUE, NULL)) AS clients
     FROM performance_schema.global_status WHERE VARIABLE_NAME LIKE 'Rpl_semi_sync_%'`,
  );
  return { server: server ?? {}, replica: await readRow(connection, 'SHOW REPLICA STATUS') };
}

function describe(name: MysqlName, { server, replica }: State): MysqlStatus {
  const isOpen = server['readOnly'] === '0';
  return {
    name,
    role: isOpen ? 'source' : replica ? 'standby' : 'closed',
    semiSync: server[isOpen ? 'asSource' : 'asReplica'] === 'ON',
    attached: Number(server['clients'] ?? 0),
    lagSeconds: toNumber(replica?.['Seconds_Behind_Source']),
    gtidExecuted: server['gtidExecuted']?.replaceAll('\n', '') ?? null,
  };
}

const toNumber = (text: string | null | undefined): number | null =>
  text === null || text === undefined ? null : Number(text);
