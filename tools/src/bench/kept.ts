import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import type { Mesh } from '../mesh/mesh.ts';
import { pairOf } from '../mesh/mysql-client.ts';
import { createHome, homeAt, type Home } from '../mesh/paths.ts';
import { schemaAccount } from '../mesh/plan.ts';
import { mysqlStatus } from '../mesh/status-mysql.ts';
import type { Service } from '../mesh/services.ts';

/** Data that takes minutes to make, and stays there for the next time as long as it is the same. */
export type Kept = {
  /** The home of this name beside the one of the measurement, emptied when its data is another. */
  readonly homeFor: (home: Home) => Home;
  readonly isFilled: (home: Home) => boolean;
  readonly markFilled: (home: Home) => void;
};

const mark = ({ root }: Home): string => join(root, 'filled');

/** `recipe` is all that the data follows from. */
export function keptData(name: string, recipe: unknown): Kept {
  const version = createHash('sha256').update(JSON.stringify(recipe)).digest('hex');
  const isFilled = (home: Home): boolean =>
    existsSync(mark(home)) && readFileSync(mark(home), 'utf8') === version;
  return {
    homeFor: (home) => {
      const kept = homeAt(join(dirname(dirname(home.root)), 'kept', name));
      if (!isFilled(kept)) rmSync(kept.root, { recursive: true, force: true });
      createHome(kept);
      return kept;
    },
    isFilled,
    markFilled: (home) => writeFileSync(mark(home), version),
  };
}

/**
 * A connection to the schema on the source of a mesh with relaxed durability. What it writes stays
 * there: a standby would take as long again, on the same cores.
 */
export async function connectFiller(mesh: Mesh, service: Service): Promise<Connection> {
  const servers = await mysqlStatus(pairOf(mesh));
  const source = servers.find(({ role }) => role === 'source');
  if (!source) throw new Error('MySQL has no source');
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[source.name],
    user: 'root',
    database: schemaAccount(mesh, service).database,
  });
  await connection.query(
    `SET time_zone = '+00:00', sql_log_bin = 0, unique_checks = 0, cte_max_recursion_depth = 1000000,
      sort_buffer_size = 268435456, innodb_ddl_buffer_size = 268435456, innodb_ddl_threads = 2`,
  );
  return connection;
}
