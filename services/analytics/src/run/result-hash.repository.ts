import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

const rowsAtOnce = 5000;

type Row = { readonly subjectId: Uint8Array; readonly result: string };

/** Of all current results of a model, in the order of their subjects: equal for equal results. */
export async function hashResults(manager: EntityManager, modelId: number): Promise<string> {
  const hash = createHash('sha256');
  let after: Uint8Array = Buffer.alloc(0);
  for (;;) {
    const rows: Row[] = await manager.query(
      `SELECT subjectId, CONCAT_WS('|', HEX(subjectId), modelVersion, status,
         COALESCE(score, '-'), COALESCE(grade, '-'), coverage, CAST(inputs AS CHAR)) AS result
       FROM score WHERE modelId = ? AND subjectId > ? ORDER BY subjectId LIMIT ${rowsAtOnce}`,
      [modelId, after],
    );
    for (const { result } of rows) hash.update(`${result}\n`);
    if (rows.length < rowsAtOnce) return hash.digest('hex');
    after = rows.at(-1)?.subjectId ?? after;
  }
}
