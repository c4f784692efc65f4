import { openAccess, type Access } from '../access.ts';
import type { Cluster } from '../cluster.ts';
import type { Answer } from '../connection.ts';
import { execute } from '../execute.ts';
import type { AccessOptions } from '../options.ts';
import { createSession, endSession } from '../session.ts';

/** The access that tests use: the schema `test` as the user `app`. */
export const openTestAccess = (cluster: Cluster, options: Partial<AccessOptions> = {}): Access =>
  openAccess(cluster, { user: 'app', password: 'app', database: 'test' }, options);

type Values = readonly (string | number | Buffer)[];

/** One statement in a session of its own, as an ORM would send it. */
export async function query(access: Access, sql: string, values: Values = []): Promise<Answer> {
  const session = createSession(access, true);
  try {
    return await execute(session, sql, [...values]);
  } finally {
    endSession(session);
  }
}

/** The first column of the first row. */
export async function valueOf(access: Access, sql: string, values: Values = []): Promise<unknown> {
  const answer = await query(access, sql, values);
  const [row]: unknown[] = Array.isArray(answer) ? answer : [];
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined;
}

/** Statements of one transaction, committed at the end. */
export async function transaction(access: Access, statements: readonly string[]): Promise<void> {
  const session = createSession(access, false);
  try {
    await execute(session, 'START TRANSACTION');
    for (const sql of statements) await execute(session, sql);
    await execute(session, 'COMMIT');
  } finally {
    endSession(session);
  }
}
