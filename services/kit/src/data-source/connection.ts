import { connect as connectSocket, type Socket } from 'node:net';
import mysql, {
  type Connection as MysqlConnection,
  type ConnectionOptions,
  type QueryResult,
  type QueryValues,
} from 'mysql2';
import { HaError } from './errors.ts';
import { before, now } from './time.ts';

/** What mysql2 is told, beside the address: credentials, charset, how values are read. */
export type SessionOptions = Omit<ConnectionOptions, 'host' | 'port' | 'stream' | 'connectTimeout'>;

export type Address = { readonly host: string; readonly port: number };

/** One connection to one server. Whoever holds it uses it alone. */
export type Connection = {
  readonly mysql: MysqlConnection;
  readonly socket: Socket;
  /** Set once, when the connection broke or was given up. */
  isDead: boolean;
};

export type Parameters = QueryValues | undefined;

/** What mysql2 gives for a statement, or the count of rows of one that was not sent. */
export type Answer = QueryResult | { readonly affectedRows: number };

/** How many times as long as an answer a connection may take to be opened, where nobody waits for it. */
export const patience = 4;

/** Opens a connection. The socket is ours, so that it can be cut when the server is silent. */
export async function openConnection(
  address: Address,
  session: SessionOptions,
  timeoutMs: number,
): Promise<Connection> {
  const socket = connectSocket({ ...address, noDelay: true, keepAlive: true });
  const raw = mysql.createConnection({ ...session, ...address, stream: () => socket });
  const connection: Connection = { mysql: raw, socket, isDead: false };
  const opened = new Promise<void>((resolve, reject) => {
    raw.once('connect', () => resolve());
    raw.once('error', reject);
    raw.once('end', () => reject(lost('the server closed the connection')));
  });
  raw.on('error', () => {
    connection.isDead = true;
  });
  raw.on('end', () => {
    connection.isDead = true;
  });

  try {
    await before(now() + timeoutMs, opened, () =>
      lost(`no answer within ${Math.round(timeoutMs)} ms`),
    );
    return connection;
  } catch (error) {
    cut(connection);
    throw error;
  }
}

const lost = (message: string): HaError => new HaError('HA_NODE_DOWN', message);

/** Closes a connection at once; every statement that waits on it fails with `reason`. */
export function cut(connection: Connection, reason?: Error): void {
  connection.isDead = true;
  connection.socket.destroy(reason);
}

/** Runs one statement and gives what mysql2 gives. */
export const run = (
  connection: Connection,
  sql: string,
  parameters?: Parameters,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const settle = (error: Error | null, result: QueryResult): void => {
      if (error) reject(error);
      else resolve(result);
    };
    if (parameters === undefined) connection.mysql.query(sql, settle);
    else connection.mysql.query(sql, parameters, settle);
  });

/** The rows of a query that is known to give rows. */
export async function rows(
  connection: Connection,
  sql: string,
  parameters?: Parameters,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const result = await run(connection, sql, parameters);
  if (!Array.isArray(result)) throw new Error(`Gave no rows: ${sql.slice(0, 80)}`);
  return result.filter((row): row is Record<string, unknown> & typeof row => !Array.isArray(row));
}
