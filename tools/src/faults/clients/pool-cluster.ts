import { createPoolCluster, type PoolConnection } from 'mysql2';
import type { Lab } from '../lab.ts';
import type { Client } from '../load.ts';
import { quickly } from './tables.ts';

/** mysql2's PoolCluster in the order "the source first, else the backup". */
export async function openPoolCluster(lab: Lab): Promise<Client> {
  const cluster = createPoolCluster({
    canRetry: true,
    removeNodeErrorCount: 1,
    restoreNodeTimeout: 1000,
    defaultSelector: 'ORDER',
  });
  for (const { name, host, port } of lab.nodes) {
    const account = { user: 'app', password: 'app', database: 'test' };
    cluster.add(name, { host, port, ...account, connectionLimit: 10, connectTimeout: 2000 });
  }
  const connect = (): Promise<PoolConnection> =>
    new Promise((resolve, reject) => {
      cluster.getConnection('*', 'ORDER', (error, connection) => {
        if (error) return reject(error);
        if (connection.listenerCount('error') === 0) connection.on('error', () => undefined);
        resolve(connection);
      });
    });
  return {
    read: async (row) => {
      const connection = await connect();
      try {
        return await connection.promise().query('SELECT n FROM counter WHERE id = ?', [row]);
      } finally {
        connection.release();
      }
    },
    write: async (operation, row) => write(await connect(), operation, row),
    close: () => quickly(new Promise((resolve) => cluster.end(resolve))),
  };
}

async function write(connection: PoolConnection, operation: number, row: number): Promise<void> {
  const sql = connection.promise();
  try {
    await sql.query('START TRANSACTION');
    await sql.query('INSERT INTO journal (operation, counter) VALUES (?, ?)', [operation, row]);
    await sql.query('UPDATE counter SET n = n + 1 WHERE id = ?', [row]);
    await sql.query('COMMIT');
  } catch (error) {
    await quickly(sql.query('ROLLBACK'));
    throw error;
  } finally {
    connection.release();
  }
}
