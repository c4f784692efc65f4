import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Mesh } from '../../mesh/mesh.ts';
import { pairOf } from '../../mesh/mysql-client.ts';
import { createHome, homeAt, type Home } from '../../mesh/paths.ts';
import { schemaAccount } from '../../mesh/plan.ts';
import { say, seconds } from '../../mesh/say.ts';
import { mysqlStatus } from '../../mesh/status-mysql.ts';
import { addKeys, dropKeys } from '../dropped-keys.ts';
import { fillMarket } from './market.ts';

/** Filling takes minutes, so the market stays there for the next time, as long as it is the same. */
export function keptHome(home: Home): Home {
  const kept = homeAt(join(dirname(dirname(home.root)), 'kept', 'competitors'));
  if (!isFilled(kept)) rmSync(kept.root, { recursive: true, force: true });
  createHome(kept);
  return kept;
}

const mark = ({ root }: Home): string => join(root, 'market');
const version = createHash('sha256').update(JSON.stringify(fillMarket)).digest('hex');

const isFilled = (home: Home): boolean =>
  existsSync(mark(home)) && readFileSync(mark(home), 'utf8') === version;

/** Fills an empty schema on the source alone, where the measurements read. */
export async function fillSchema(mesh: Mesh): Promise<void> {
  if (isFilled(mesh.home)) return say('  the market of before');
  const servers = await mysqlStatus(pairOf(mesh));
  const source = servers.find(({ role }) => role === 'source');
  if (!source) throw new Error('MySQL has no source');
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[source.name],
    user: 'root',
    database: schemaAccount(mesh, 'competitors').database,
  });
  await connection.query(
    `SET time_zone = '+00:00', sql_log_bin = 0, unique_checks = 0, cte_max_recursion_depth = 1000000,
      sort_buffer_size = 268435456, innodb_ddl_buffer_size = 268435456, innodb_ddl_threads = 2`,
  );
  const startedAt = performance.now();
  const keys = await dropKeys(connection, ['opportunityCompetitor', 'intelligenceItem']);
  for (const [at, statement] of fillMarket.entries()) {
    await connection.query(statement);
    say(`  part ${at + 1} of ${fillMarket.length} (${seconds(performance.now() - startedAt)})`);
  }
  for (const each of keys) {
    await addKeys(connection, each);
    say(`  keys of ${each.table} (${seconds(performance.now() - startedAt)})`);
  }
  await connection.query('ANALYZE TABLE opportunityCompetitor, intelligenceItem, customerProfile');
  await connection.end();
  writeFileSync(mark(mesh.home), version);
}
