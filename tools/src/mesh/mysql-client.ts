import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Mesh } from './mesh.ts';
import type { MysqlName } from './mysql-server.ts';

/** A row whose values are text, as MySQL prints them. */
export type Row = Readonly<Record<string, string | null>>;

const statementMsMax = 20_000;

/** Through the admin port, which answers when all other connections are taken or refused. */
export async function connectKeeper(
  { ports, secrets }: Mesh,
  name: MysqlName,
): Promise<Connection> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: ports[`${name}-admin`],
    user: 'keeper',
    password: secrets.mysql['keeper'] ?? '',
    connectTimeout: 2000,
  });
  // A server that dies fails the statement under way; between statements there is nobody to tell.
  connection.on('error', () => undefined);
  return connection;
}

export async function mysqlIsReady(mesh: Mesh, name: MysqlName): Promise<boolean> {
  try {
    const connection = await connectKeeper(mesh, name);
    connection.destroy();
    return true;
  } catch {
    return false;
  }
}

export async function execute(
  connection: Connection,
  sql: string,
  values: readonly (string | number)[] = [],
): Promise<void> {
  await connection.query({ sql, values: [...values], timeout: statementMsMax });
}

/** The first row of an answer, or null. */
export async function readRow(
  connection: Connection,
  sql: string,
  values: readonly string[] = [],
): Promise<Row | null> {
  const query = { sql, values: [...values], timeout: statementMsMax };
  const [[row]] = await connection.query<RowDataPacket[]>(query);
  if (!row) return null;
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]),
  );
}
