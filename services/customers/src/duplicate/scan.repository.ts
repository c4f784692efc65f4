import { idToBytes, newId } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { systemViewer } from '@crm/kit/viewer';
import type { EntityManager } from 'typeorm';
import { DuplicateScanEntity, type DuplicateScan } from './duplicate.fields.ts';
import { findMatchesOf, keepPrints, lockRecognised } from './duplicate.repository.ts';
import { matchedFields, scoreOf, type DuplicateMatch } from './duplicate.ts';

const customersAtOnce = 500;

/** What is less alike is not put before people. */
const scoreMin = 50;

/**
 * Compares the next customers of the scan that is under way with all others. What is not kept of
 * their keys yet is kept first, as after a release that makes them differently. Tells whether there
 * was a scan.
 */
export async function scanOn(manager: EntityManager, now: Date): Promise<boolean> {
  const [scan] = await selectRows(
    manager,
    DuplicateScanEntity,
    sql`WHERE t.finishedAt IS NULL ORDER BY t.id LIMIT 1 FOR UPDATE`,
  );
  if (!scan) return false;
  const customers = await lockRecognised(manager, {
    after: scan.cursorId,
    limit: customersAtOnce,
  });
  await keepPrints(manager, customers);
  const viewer = systemViewer('customers:duplicates');
  const ids = customers.map(({ id }) => id);
  const found = await findMatchesOf(manager, customers, { viewer, now });
  const pairs = found.flatMap(({ ofCustomer, match }) =>
    ofCustomer !== null && scoreOf(match) >= scoreMin ? [{ ofCustomer, match }] : [],
  );
  await savePairs(manager, pairs, now);
  await saveScan(manager, scan, {
    cursorId: ids.at(-1) ?? null,
    scanned: scan.scanned + ids.length,
    isDone: ids.length < customersAtOnce,
    now,
  });
  return true;
}

type Pair = { readonly ofCustomer: string; readonly match: DuplicateMatch };

/** A pair that is there keeps what people have said of it. */
async function savePairs(manager: EntityManager, pairs: readonly Pair[], now: Date): Promise<void> {
  const rows = new Map(
    pairs.map(({ ofCustomer, match }) => {
      const [first, second] = [ofCustomer, match.customerId].toSorted();
      const values = [
        idToBytes(newId()),
        1,
        now,
        now,
        idToBytes(first ?? ''),
        idToBytes(second ?? ''),
        scoreOf(match),
        JSON.stringify(matchedFields(match)),
        'OPEN',
      ];
      return [`${first} ${second}`, values] as const;
    }),
  );
  if (rows.size === 0) return;
  await manager.query(
    `INSERT INTO duplicateCandidate
       (id, version, createdAt, updatedAt, firstId, secondId, score, fields, state)
     VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE score = fresh.score, fields = fresh.fields`,
    [[...rows.keys()].toSorted().map((key) => rows.get(key))],
  );
}

type Progress = {
  readonly cursorId: string | null;
  readonly scanned: number;
  readonly isDone: boolean;
  readonly now: Date;
};

async function saveScan(
  manager: EntityManager,
  scan: DuplicateScan,
  { cursorId, scanned, isDone, now }: Progress,
): Promise<void> {
  const { text, values } = sql`UPDATE duplicateScan SET
      cursorId = ${cursorId === null ? null : idToBytes(cursorId)}, scanned = ${scanned},
      found = IF(${isDone}, (SELECT COUNT(*) FROM duplicateCandidate WHERE state = 'OPEN'), found),
      updatedAt = ${now}, finishedAt = ${isDone ? now : null}
    WHERE id = ${idToBytes(scan.id)}`;
  await manager.query(text, [...values]);
}
