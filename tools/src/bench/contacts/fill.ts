import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Mesh } from '../../mesh/mesh.ts';
import { pairOf } from '../../mesh/mysql-client.ts';
import { createHome, homeAt, type Home } from '../../mesh/paths.ts';
import { schemaAccount } from '../../mesh/plan.ts';
import { say, seconds } from '../../mesh/say.ts';
import { mysqlStatus } from '../../mesh/status-mysql.ts';
import { dropKeys, withoutFullText } from '../dropped-keys.ts';
import {
  boundOf,
  edgeParts,
  fillCompany,
  fillEdges,
  fillPeople,
  fillRelationships,
  peopleCount,
  relationshipCount,
  rowsAtOnce,
} from './network.ts';

/** Filling takes minutes, so the network stays there for the next time, as long as it is the same. */
export function keptHome(home: Home): Home {
  const kept = homeAt(join(dirname(dirname(home.root)), 'kept', 'contacts'));
  if (!isFilled(kept)) rmSync(kept.root, { recursive: true, force: true });
  createHome(kept);
  return kept;
}

const mark = ({ root }: Home): string => join(root, 'network');
const version = createHash('sha256')
  .update(
    JSON.stringify([
      peopleCount,
      relationshipCount,
      fillCompany,
      fillPeople,
      fillRelationships,
      fillEdges,
    ]),
  )
  .digest('hex');

const isFilled = (home: Home): boolean =>
  existsSync(mark(home)) && readFileSync(mark(home), 'utf8') === version;

/**
 * A connection to the schema on the source. What it writes stays there: measurements read what is
 * filled and write none of it, and a standby would take as long again.
 */
export async function connectSource(mesh: Mesh): Promise<Connection> {
  const servers = await mysqlStatus(pairOf(mesh));
  const source = servers.find(({ role }) => role === 'source');
  if (!source) throw new Error('MySQL has no source');
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[source.name],
    user: 'root',
    database: schemaAccount(mesh, 'contacts').database,
  });
  await connection.query(
    `SET time_zone = '+00:00', sql_log_bin = 0, unique_checks = 0, cte_max_recursion_depth = 1000000,
      sort_buffer_size = 268435456, innodb_ddl_buffer_size = 268435456, innodb_ddl_threads = 2`,
  );
  return connection;
}

/** Fills an empty schema; keys are made when the rows are there, which takes a tenth of the time. */
export async function fillNetwork(mesh: Mesh): Promise<void> {
  if (isFilled(mesh.home)) return say('  the network of before');
  const startedAt = performance.now();
  const told = (what: string): void => say(`  ${what} (${seconds(performance.now() - startedAt)})`);
  const source = await connectSource(mesh);
  for (const statement of fillCompany) await source.query(statement);
  // Full text takes as long as everything else, and nothing here looks for words.
  const dropped = await dropKeys(source, ['person', 'affiliation', 'personRelationship']);
  const keys = dropped.map(withoutFullText);
  for (let from = 0; from < peopleCount; from += rowsAtOnce)
    for (const statement of fillPeople) await source.query(statement, [from]);
  told(`${peopleCount} people`);
  const second = await connectSource(mesh);
  const addKeys = async (tables: readonly string[]): Promise<void> => {
    for (const { table, definitions } of keys.filter((each) => tables.includes(each.table))) {
      await second.query(
        `ALTER TABLE ${table} ${definitions.map((definition) => `ADD ${definition}`).join(', ')}`,
      );
      told(`keys of ${table}`);
    }
  };
  await Promise.all([fillRelations(source), addKeys(['person', 'affiliation'])]);
  told(`${relationshipCount} relationships`);
  await Promise.all([fillSides(source), addKeys(['personRelationship'])]);
  told('their sides');
  await source.query(
    'ANALYZE TABLE person, affiliation, personRelationship, personEdge, closeness',
  );
  await source.end();
  await second.end();
  writeFileSync(mark(mesh.home), version);
}

async function fillRelations(source: Connection): Promise<void> {
  for (let from = 0; from < relationshipCount; from += rowsAtOnce)
    await source.query(fillRelationships, [from]);
}

async function fillSides(source: Connection): Promise<void> {
  for (let part = 0; part < edgeParts; part += 1) {
    const bounds = [await valueOf(source, boundOf(part)), await valueOf(source, boundOf(part + 1))];
    await source.query(fillEdges, [...bounds, ...bounds]);
  }
}

async function valueOf(source: Connection, expression: string): Promise<unknown> {
  const [[row]] = await source.query<RowDataPacket[]>(`SELECT ${expression} AS value`);
  return row?.['value'];
}
