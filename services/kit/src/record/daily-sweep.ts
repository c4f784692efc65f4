import type { EntityManager } from 'typeorm';
import { companyDate } from './criteria.ts';
import { sql, type Sql } from '../sql.ts';

/** So many customers are looked at in one transaction. */
const customersAtOnce = 1000;

const lastId = Buffer.alloc(16, 0xff);

type Sweep = {
  readonly manager: EntityManager;
  readonly now: Date;
  /** Keeps how far each day's sweep has come: `day`, `cursorId` and `isDone`. */
  readonly table: `${string}Sweep`;
};

type Progress = { readonly cursorId: Uint8Array; readonly isDone: number };

/**
 * Goes on with what is done with every customer once a day: `look` is given the next of them, as a
 * condition on the customer `t`. Tells whether there are more.
 */
export async function sweepOn(
  { manager, now, table }: Sweep,
  look: (customers: Sql) => Promise<void>,
): Promise<boolean> {
  const day = companyDate(now);
  const [sweep]: Progress[] = await manager.query(
    `SELECT cursorId, isDone FROM ${table} WHERE day = ? FOR UPDATE`,
    [day],
  );
  if (sweep?.isDone === 1) return false;
  const after = sweep?.cursorId ?? Buffer.alloc(0);
  const [part]: { id: Uint8Array }[] = await manager.query(
    `SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${customersAtOnce - 1}`,
    [after],
  );
  const upTo = part?.id ?? lastId;
  await look(sql`t.id > ${after} AND t.id <= ${upTo}`);
  await manager.query(
    `INSERT INTO ${table} (day, cursorId, isDone) VALUES (?, ?, ?) AS fresh
     ON DUPLICATE KEY UPDATE cursorId = fresh.cursorId, isDone = fresh.isDone`,
    [day, upTo, part === undefined],
  );
  return part !== undefined;
}
