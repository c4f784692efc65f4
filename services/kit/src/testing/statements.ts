import type { Logger } from 'typeorm';
import type { Database } from '../database/database.ts';

export type RecordedStatement = { readonly sql: string; readonly parameters: readonly unknown[] };

/** Collects the SQL statements that a database runs for `work`, in order. */
export async function statementsOf(
  db: Database,
  work: () => Promise<unknown>,
): Promise<readonly RecordedStatement[]> {
  const statements: RecordedStatement[] = [];
  const { logger } = db;
  const recorder: Logger = {
    logQuery: (sql, parameters) => {
      statements.push({ sql, parameters: Array.isArray(parameters) ? parameters : [] });
    },
    logQueryError: () => undefined,
    logQuerySlow: () => undefined,
    logSchemaBuild: () => undefined,
    logMigration: () => undefined,
    log: () => undefined,
  };
  db.logger = recorder;
  try {
    await work();
  } finally {
    db.logger = logger;
  }
  return statements;
}

/** Counts them: what a batch costs must not grow with its size. */
export const countStatements = async (
  db: Database,
  work: () => Promise<unknown>,
): Promise<number> => (await statementsOf(db, work)).length;
