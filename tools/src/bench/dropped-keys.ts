import type { Connection, RowDataPacket } from 'mysql2/promise';

export type Keys = { readonly table: string; readonly definitions: readonly string[] };

const isFullText = (definition: string): boolean => definition.startsWith('FULLTEXT');

/** Keys are made when the rows are there, which takes a tenth of the time. Gives what was dropped. */
export async function dropKeys(source: Connection, tables: readonly string[]): Promise<Keys[]> {
  const dropped: Keys[] = [];
  for (const table of tables) {
    const [[row]] = await source.query<RowDataPacket[]>(`SHOW CREATE TABLE ${table}`);
    const definitions = String(row?.['Create Table'])
      .split('\n')
      .map((line) => line.trim().replace(/,$/, ''))
      .filter((line) => /^(?:UNIQUE |FULLTEXT )?KEY /.test(line));
    const names = definitions.map((each) => `DROP KEY ${/KEY (`[^`]+`)/.exec(each)?.[1] ?? ''}`);
    await source.query(`ALTER TABLE ${table} ${names.join(', ')}`);
    dropped.push({ table, definitions });
  }
  return dropped;
}

export const withoutFullText = ({ table, definitions }: Keys): Keys => ({
  table,
  definitions: definitions.filter((each) => !isFullText(each)),
});

/** Those of full text by themselves: MySQL makes them in another way. */
export async function addKeys(source: Connection, { table, definitions }: Keys): Promise<void> {
  for (const part of [
    definitions.filter((each) => !isFullText(each)),
    definitions.filter(isFullText),
  ]) {
    if (part.length === 0) continue;
    await source.query(`ALTER TABLE ${table} ${part.map((each) => `ADD ${each}`).join(', ')}`);
  }
}
