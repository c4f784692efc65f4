import type { EntityManager } from 'typeorm';
import type { Distribution } from '../score/distribution.ts';

/** How a model's ranked values were spread, by indicator, and since when. */
export type Ranking = {
  readonly rankedAt: Date | null;
  readonly distributions: ReadonlyMap<string, Distribution>;
};

export async function findRanking(manager: EntityManager, modelId: number): Promise<Ranking> {
  const rows: { indicator: string; rankedAt: Date; body: Distribution }[] = await manager.query(
    'SELECT indicator, rankedAt, body FROM distribution WHERE modelId = ?',
    [modelId],
  );
  return {
    rankedAt: rows[0]?.rankedAt ?? null,
    distributions: new Map(rows.map(({ indicator, body }) => [indicator, body])),
  };
}

/** Puts a new ranking in the place of the last one. */
export async function saveRanking(
  manager: EntityManager,
  modelId: number,
  { rankedAt, distributions }: Ranking,
): Promise<void> {
  await manager.query('DELETE FROM distribution WHERE modelId = ?', [modelId]);
  if (distributions.size === 0) return;
  await manager.query('INSERT INTO distribution (modelId, indicator, rankedAt, body) VALUES ?', [
    [...distributions].map(([indicator, body]) => [
      modelId,
      indicator,
      rankedAt,
      JSON.stringify(body),
    ]),
  ]);
}
