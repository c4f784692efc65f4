import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Mesh } from '../../mesh/mesh.ts';
import { connectKeeper, pairOf, readRow } from '../../mesh/mysql-client.ts';
import type { MysqlName } from '../../mesh/mysql-server.ts';
import { services } from '../../mesh/services.ts';

/** How many statements each service sent for something. */
export type Statements = Readonly<Record<string, number>>;

const names: readonly MysqlName[] = ['mysql-a', 'mysql-b'];

/** Counts in the servers' general logs what each service reads while `work` goes on. */
export async function countStatements(
  mesh: Mesh,
  work: () => Promise<unknown>,
): Promise<Statements> {
  const pair = pairOf(mesh);
  const servers = await Promise.all(names.map((name) => connectKeeper(pair, name)));
  try {
    const logs = await Promise.all(servers.map(startLog));
    await work();
    const users = (await Promise.all(logs.map((log) => log.end()))).flat();
    return Object.fromEntries(
      services.map((service) => [service, users.filter((user) => user === service).length]),
    );
  } finally {
    for (const server of servers) server.destroy();
  }
}

type Log = {
  /** Who sent each of the statements. */
  readonly end: () => Promise<string[]>;
};

async function startLog(server: Connection): Promise<Log> {
  const row = await readRow(server, 'SELECT @@datadir AS folder, @@general_log_file AS file');
  const path = resolve(row?.['folder'] ?? '', row?.['file'] ?? '');
  await server.query("SET GLOBAL log_output = 'FILE'");
  await server.query('SET GLOBAL general_log = ON');
  const skip = (await readFile(path)).length;
  return {
    end: async () => {
      await server.query('SET GLOBAL general_log = OFF');
      const [rows] = await server.query<RowDataPacket[]>(
        'SELECT ID AS id, USER AS user FROM information_schema.PROCESSLIST',
      );
      const users = new Map(rows.map(({ id, user }) => [String(id), String(user)]));
      const text = (await readFile(path)).subarray(skip).toString('utf8');
      return [...text.matchAll(read)].map(([, id]) => users.get(id ?? '') ?? '');
    },
  };
}

/** A line of the log: time, number of the connection, command, statement. */
const read = /^\S+\s+(\d+) (?:Query|Execute)\s+(?:SELECT|WITH)\b/gm;
