import { raw, sql } from '@crm/kit/sql';
import { daysAfter } from '@crm/kit/transfer/retention';
import type { EntityManager } from 'typeorm';

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
export async function purgeRemoved({ manager, now, keptDays }: Purge): Promise<boolean> {
  const find = sql`SELECT id FROM document
    WHERE purgedAt IS NULL AND deletedAt < ${daysAfter(now, -keptDays)}
    ORDER BY deletedAt LIMIT ${raw(String(documentsAtOnce))} FOR UPDATE SKIP LOCKED`;
  const rows: { id: Uint8Array }[] = await manager.query(find.text, [...find.values]);
  if (rows.length === 0) return false;
  const ids = rows.map(({ id }) => Buffer.from(id));
  const leave = sql`INSERT IGNORE INTO leftBlob (storageKey, dueAt)
    SELECT storageKey, ${new Date(0)} FROM documentRevision WHERE documentId IN (${ids})`;
  await manager.query(leave.text, [...leave.values]);
  const mark = sql`UPDATE document SET purgedAt = ${now} WHERE id IN (${ids})`;
  await manager.query(mark.text, [...mark.values]);
  return rows.length === documentsAtOnce;
}
