import type { EntityManager } from 'typeorm';
import { raw, sql } from '../sql.ts';
import { daysAfter } from '../transfer/retention.ts';
import type { Documents } from './document.ts';

type Purge = {
  readonly manager: EntityManager;
  readonly now: Date;
  /** How many days after it was removed a document may still be restored. */
  readonly keptDays: number;
};

const documentsAtOnce = 50;

/**
 * Has the bytes of all revisions swept of documents that were removed long ago; what is known of them
 * stays. Tells whether there may be more.
 */
export async function purgeRemoved(
  { manager, now, keptDays }: Purge,
  { entity, revisions }: Documents,
): Promise<boolean> {
  const [documents, bytes] = [raw(`\`${entity.table}\``), raw(`\`${revisions.table}\``)];
  const find = sql`SELECT id FROM ${documents}
    WHERE purgedAt IS NULL AND deletedAt < ${daysAfter(now, -keptDays)}
    ORDER BY deletedAt LIMIT ${raw(String(documentsAtOnce))} FOR UPDATE SKIP LOCKED`;
  const rows: { id: Uint8Array }[] = await manager.query(find.text, [...find.values]);
  if (rows.length === 0) return false;
  const ids = rows.map(({ id }) => Buffer.from(id));
  const leave = sql`INSERT IGNORE INTO leftBlob (storageKey, dueAt)
    SELECT storageKey, ${new Date(0)} FROM ${bytes} WHERE documentId IN (${ids})`;
  await manager.query(leave.text, [...leave.values]);
  const mark = sql`UPDATE ${documents} SET purgedAt = ${now} WHERE id IN (${ids})`;
  await manager.query(mark.text, [...mark.values]);
  return rows.length === documentsAtOnce;
}
