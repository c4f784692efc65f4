import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kitMigrations } from '@crm/kit/migrations/index';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { z } from 'zod';
import type { Household } from './household.ts';
import type { Mesh } from './mesh.ts';
import { mysqlNames, type MysqlName } from './mysql-server.ts';
import { repository } from './paths.ts';
import { planStep, schemaAccount } from './plan.ts';
import { step } from './say.ts';
import { type Service, services } from './services.ts';

const migrationMsMax = 600_000;
const readMsMax = 5000;

/** Brings every schema that is behind up to date before a service starts: its `src/migrate.ts`, run to its end. */
export async function migrate(mesh: Mesh, household: Household): Promise<void> {
  const current = await Promise.all(services.map((service) => isCurrent(mesh, service)));
  const behind = services.filter((_, index) => current[index] !== true);
  if (behind.length === 0) return;
  await step('migrations', () =>
    Promise.all(
      behind.map((service) => household.run(planStep(mesh, service, 'migrate'), migrationMsMax)),
    ),
  );
}

/**
 * Whether both servers hold every migration of a service. Starting five programs to learn that
 * nothing is to be done takes seconds; in doubt they are started.
 */
async function isCurrent(mesh: Mesh, service: Service): Promise<boolean> {
  try {
    const wanted = await migrationsOf(service);
    const done = await Promise.all(mysqlNames.map((name) => migrationsIn(mesh, name, service)));
    return done.every((names) => wanted.every((name) => names.has(name)));
  } catch {
    return false;
  }
}

const moduleSchema = z.object({
  migrations: z.array(z.custom<new () => { name: string }>((value) => typeof value === 'function')),
});

async function migrationsOf(service: Service): Promise<string[]> {
  const program = join(repository, `services/${service}/dist/migrations.js`);
  const { migrations } = moduleSchema.parse(await import(pathToFileURL(program).href));
  return [...kitMigrations, ...migrations].map((Migration) => new Migration().name);
}

async function migrationsIn(mesh: Mesh, server: MysqlName, service: Service): Promise<Set<string>> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[server],
    ...schemaAccount(mesh, service),
    connectTimeout: readMsMax,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({
      sql: 'SELECT name FROM migrations',
      timeout: readMsMax,
    });
    return new Set(rows.map((row) => String(row['name'])));
  } finally {
    connection.destroy();
  }
}
