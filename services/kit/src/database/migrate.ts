import { MigrationExecutor, type QueryRunner } from 'typeorm';
import { createCommitMarker, openDatabase, type Cluster } from './database.ts';
import type { Migration } from './migration.ts';

export type MigrateOptions = {
  readonly cluster: Cluster;
  readonly schema: string;
  readonly user: string;
  readonly password: string;
  /** In the order they run. A released migration is never edited; a mistake gets a new one. */
  readonly migrations: readonly Migration[];
  readonly report?: (line: string) => void;
};

/** How long to wait for another deployment that migrates the same schema. */
const lockWaitS = 60;
/** How long one statement may take: an index over millions of rows is not hurried. */
const statementMs = 4 * 3600 * 1000;

/** Brings a schema up to date on the writer. One deployment at a time; safe to run again. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const db = await openDatabase({
    ...options,
    entities: [],
    migrations: [createCommitMarker, ...options.migrations],
    access: { usesMarker: false, writeDeadlineMs: statementMs },
  });
  const runner = db.createQueryRunner('master');
  try {
    await lock(runner, options.schema);
    // The lock belongs to this session, so the migrations must run in it too.
    const executor = new MigrationExecutor(db, runner);
    executor.transaction = 'each';
    const ran = await executor.executePendingMigrations();
    for (const { name } of ran) options.report?.(`${options.schema}: ${name}`);
    return ran.map(({ name }) => name);
  } finally {
    await runner.release();
    await db.destroy();
  }
}

async function lock(runner: QueryRunner, schema: string): Promise<void> {
  const [row]: { readonly isHeld: number | null }[] = await runner.query(
    'SELECT GET_LOCK(?, ?) isHeld',
    [`migrate ${schema}`, lockWaitS],
  );
  if (row?.isHeld !== 1) {
    throw new Error(`Another deployment has been migrating ${schema} for ${lockWaitS} s`);
  }
}
