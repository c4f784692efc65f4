import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { sql } from '@crm/kit/sql';
import { SurveyResponseEntity } from '../survey-response/survey-response.fields.ts';
import { CareTaskEntity } from '../task/task.fields.ts';
import { nothingCounted, type Counted } from './results.ts';

type Row = {
  readonly part: 'ANSWERED' | 'INVITED' | 'VALUE';
  readonly surveyId: Uint8Array;
  readonly question: string | null;
  readonly value: string | null;
  readonly size: number;
  readonly score: string | null;
  /** Sums are decimals, which come as text. */
  readonly one: number | string | null;
  readonly two: number | string | null;
  readonly three: number | string | null;
};

/** Counts, for many surveys in one statement, what the viewer may read of their tasks and responses. */
export async function countResults(
  { app, viewer }: RequestContext,
  surveyIds: readonly string[],
): Promise<ReadonlyMap<string, Counted>> {
  const now = app.now();
  const ids = surveyIds.map(idToBytes);
  const ofTask = scopeSql(viewer, 'read', { entity: CareTaskEntity, alias: 't', now });
  const ofResponse = scopeSql(viewer, 'read', { entity: SurveyResponseEntity, alias: 'r', now });
  const { text, values } =
    sql`SELECT 'INVITED' AS part, t.surveyId, NULL AS question, NULL AS value,
      COUNT(*) AS size, NULL AS score, NULL AS one, NULL AS two, NULL AS three
    FROM careTask t
    WHERE t.surveyId IN (${ids}) AND t.state = 'SENT' AND t.deletedAt IS NULL AND ${ofTask}
    GROUP BY t.surveyId
    UNION ALL SELECT 'ANSWERED', r.surveyId, NULL, NULL, COUNT(*), ROUND(AVG(r.score), 2),
      COUNT(r.nps), SUM(r.nps >= 9), SUM(r.nps <= 6)
    FROM surveyResponse r
    WHERE r.surveyId IN (${ids}) AND r.deletedAt IS NULL AND ${ofResponse} GROUP BY r.surveyId
    UNION ALL SELECT 'VALUE', r.surveyId, a.question, a.value, COUNT(*), NULL,
      SUM(COALESCE(a.place, 1) = 1), NULL, NULL
    FROM surveyResponse r JOIN JSON_TABLE(r.answers, '$[*]' COLUMNS (
      question VARCHAR(32) PATH '$.question',
      NESTED PATH '$.values[*]' COLUMNS (place FOR ORDINALITY, value VARCHAR(32) PATH '$'))) a
    WHERE r.surveyId IN (${ids}) AND r.deletedAt IS NULL AND ${ofResponse}
    GROUP BY r.surveyId, a.question, a.value`;
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  const counted = new Map<string, Counted>();
  for (const row of rows) {
    const id = idFromBytes(row.surveyId);
    counted.set(id, withRow(counted.get(id) ?? nothingCounted, row));
  }
  return counted;
}

function withRow(counted: Counted, row: Row): Counted {
  const [one, two, three] = [Number(row.one), Number(row.two), Number(row.three)];
  switch (row.part) {
    case 'INVITED':
      return { ...counted, invited: row.size };
    case 'ANSWERED': {
      const nps = { answered: one, promoters: two, detractors: three };
      return { ...counted, answered: row.size, score: row.score, nps };
    }
    case 'VALUE': {
      const value = { question: row.question ?? '', value: row.value, count: row.size, first: one };
      return { ...counted, values: [...counted.values, value] };
    }
  }
}
