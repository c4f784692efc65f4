import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Mesh } from './mesh.ts';
import type { MysqlName } from './mysql-server.ts';

/** Two servers, and the password of the one who looks after them. */
export type MysqlPair = {
  readonly servers: Readonly<Record<MysqlName, MysqlServer>>;
  readonly password: string;
};

type MysqlServer = {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
};

/** A row whose values are text, as MySQL prints them. */
export type Row = Readonly<Record<string, string | null>>;

const statementMsMax = 2000;

export function pairOf({ ports, secrets }: Mesh): MysqlPair {
  const host = '127.0.0.1';
  return {
    servers: {
      'mysql-a': { host, port: ports['mysql-a'], adminPort: ports['mysql-a-admin'] },
      'mysql-b': { host, port: ports['mysql-b'], adminPort: ports['mysql-b-admin'] },
    },
    password: secrets.mysql['keeper'] ?? '',
  };
}

/** Through the admin port, which answers when all other connections are taken or refused. */
export async function connectKeeper(pair: MysqlPair, name: MysqlName): Promise<Connection> {
  const { host, adminPort } = pair.servers[name];
  const connection = await createConnection({
    host,
    port: adminPort,
    user: 'keeper',
    password: pair.password,
    connectTimeout: 2000,
  });
  // A server that dies fails the statement under way; between statements there is nobody to tell.
  connection.on('error', () => undefined);
  return connection;
}

export async function mysqlIsReady(pair: MysqlPair, name: MysqlName): Promise<boolean> {
  try {
    const connection = await connectKeeper(pair, name);
    connection.destroy();
    return true;
  } catch {
    return false;
  }
}

/** The first row of an answer, or null. */
export async function readRow(connection: Connection, sql: string): Promise<Row | null> {
  const [[row]] = await connection.query<RowDataPacket[]>({ sql, timeout: statementMsMax });
  if (!row) return null;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
}
