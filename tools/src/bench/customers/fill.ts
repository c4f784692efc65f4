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
import { until } from '../../mesh/wait.ts';
import { customersAtOnce, fillCustomers, fillKeys, fillStaff, prepareKeys } from './company.ts';

export const customerCount = 1_000_000;

/** Filling takes minutes, so the company stays there for the next time, as long as it is the same. */
export function keptHome(home: Home): Home {
  const kept = homeAt(join(dirname(dirname(home.root)), 'kept', 'customers'));
  if (!isFilled(kept)) rmSync(kept.root, { recursive: true, force: true });
  createHome(kept);
  return kept;
}

const mark = ({ root }: Home): string => join(root, 'company');
const version = createHash('sha256')
  .update(JSON.stringify([customerCount, fillStaff, fillCustomers, fillKeys]))
  .digest('hex');

const isFilled = (home: Home): boolean =>
  existsSync(mark(home)) && readFileSync(mark(home), 'utf8') === version;

/** A connection of the schema's owner to the source. */
export async function connectOwner(mesh: Mesh): Promise<Connection> {
  const servers = await mysqlStatus(pairOf(mesh));
  const source = servers.find(({ role }) => role === 'source');
  if (!source) throw new Error('MySQL has no source');
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[source.name],
    ...schemaAccount(mesh, 'customers'),
  });
  await connection.query("SET time_zone = '+00:00'");
  return connection;
}

const standbyMsMax = 900_000;

/** Waits until the standby has done what the source has: it does so on the same two cores. */
export async function untilStandbyRests(mesh: Mesh): Promise<void> {
  const rests = async (): Promise<boolean> =>
    (await mysqlStatus(pairOf(mesh))).some(({ lagSeconds }) => lagSeconds === 0);
  if (!(await until(rests, { forMs: standbyMsMax, everyMs: 1000 })))
    throw new Error('The standby does not follow');
}

/** Fills an empty company, once. */
export async function fillCompany(mesh: Mesh): Promise<void> {
  if (isFilled(mesh.home)) return say('  the company of before');
  const owner = await connectOwner(mesh);
  await makeCustomers(owner, customerCount);
  await owner.end();
  writeFileSync(mark(mesh.home), version);
}

/**
 * Makes so many customers, a multiple of ten thousand. Keys are made when the rows are there, which
 * takes a tenth of the time.
 */
export async function makeCustomers(owner: Connection, count: number): Promise<void> {
  const startedAt = performance.now();
  const since = (): string => seconds(performance.now() - startedAt);
  for (const statement of [...fillStaff, ...prepareKeys]) await owner.query(statement);
  const keys = await keysOf(owner);
  await owner.query(
    `ALTER TABLE customer ${keys.map(({ name }) => `DROP KEY ${name}`).join(', ')}`,
  );
  for (let from = 0; from < count; from += customersAtOnce) {
    for (const statement of fillCustomers) await owner.query(statement, [from]);
    const done = from + customersAtOnce;
    if (done % 100_000 === 0) say(`  ${done} customers (${since()})`);
  }
  for (const statement of fillKeys) await owner.query(statement);
  say(`  what they are recognised by (${since()})`);
  for (const isFullText of [false, true]) {
    const wanted = keys.filter(
      ({ definition }) => definition.startsWith('FULLTEXT') === isFullText,
    );
    await owner.query(
      `ALTER TABLE customer ${wanted.map(({ definition }) => `ADD ${definition}`).join(', ')}`,
    );
    say(`  ${isFullText ? 'full text' : 'keys'} (${since()})`);
  }
  await owner.query('ANALYZE TABLE customer, duplicatePrint, ownershipTerm, lifecycleTransition');
}

type Key = { readonly name: string; readonly definition: string };

/** All keys of the customers but the primary one, as MySQL writes them. */
async function keysOf(owner: Connection): Promise<Key[]> {
  const [[row]] = await owner.query<RowDataPacket[]>('SHOW CREATE TABLE customer');
  return String(row?.['Create Table'])
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''))
    .flatMap((definition) => {
      const name = /^(?:UNIQUE |FULLTEXT )?KEY (`[^`]+`)/.exec(definition)?.[1];
      return name ? [{ name, definition }] : [];
    });
}
