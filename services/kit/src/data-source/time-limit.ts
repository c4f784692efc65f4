import { now } from './time.ts';

const plainSelect = /^\s*select\b(?!\s*\/\*\+)/i;

/**
 * Lets the server itself end a query that runs past its deadline, also when this process is no
 * longer there to do so. Statements that cannot carry the hint are returned as they are.
 */
export function withTimeLimit(sql: string, deadline: number): string {
  if (deadline === Infinity || !plainSelect.test(sql)) return sql;
  const ms = Math.max(1, Math.ceil(deadline - now()));
  return sql.replace(/select/i, `SELECT /*+ MAX_EXECUTION_TIME(${ms}) */`);
}
