import { idFromBytes, idToBytes } from '@crm/kit/id';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { StoredModel } from '../model/model.repository.ts';
import type { Graded } from './score.events.ts';

const dayMs = 86_400_000;

type Asked = { readonly subjectIds: readonly string[]; readonly now: Date };

/**
 * What results that have just become others were a day before, by the same version of the model: what
 * has moved since, while data was loaded or by another scale, says nothing of anybody.
 */
export async function findDayBefore(
  manager: EntityManager,
  { modelId, version }: StoredModel,
  { subjectIds, now }: Asked,
): Promise<ReadonlyMap<string, Graded>> {
  if (subjectIds.length === 0) return new Map();
  const then = new Date(now.getTime() - dayMs);
  const { text, values } =
    sql`SELECT subjectId, CAST(score AS CHAR) AS score, grade FROM scoreHistory
    WHERE modelId = ${modelId} AND subjectId IN (${subjectIds.map(idToBytes)})
      AND validFrom <= ${then} AND validTo > ${then}
      AND modelVersion = ${version} AND score IS NOT NULL AND grade IS NOT NULL`;
  const rows: (Graded & { readonly subjectId: Uint8Array })[] = await manager.query(text, [
    ...values,
  ]);
  return new Map(
    rows.map(({ subjectId, score, grade }) => [idFromBytes(subjectId), { score, grade }]),
  );
}
