import { sql, type Sql } from './sql.ts';

/**
 * Ids as a table of `at`, from 1, and `hex`, to be joined. A list of hundreds takes MySQL several
 * times as long as the rows that it names.
 */
export const idTable = (ids: readonly string[]): Sql =>
  sql`JSON_TABLE(${JSON.stringify(ids.map((id) => id.replaceAll('-', '')))}, '$[*]'
    COLUMNS (at FOR ORDINALITY, hex CHAR(32) CHARACTER SET ascii PATH '$'))`;
