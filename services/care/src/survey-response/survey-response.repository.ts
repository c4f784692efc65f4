import type { RequestContext } from '@crm/kit/context';
import { idToBytes } from '@crm/kit/id';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { SurveyResponseEntity, type SurveyResponse } from './survey-response.fields.ts';

/** What was answered for tasks, by their ids, where the viewer may read it. */
export async function findResponsesOfTasks(
  { app, viewer }: RequestContext,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, SurveyResponse>> {
  const scoped = { entity: SurveyResponseEntity, alias: 't', now: app.now() };
  const rows = await selectRows(
    app.db.manager,
    SurveyResponseEntity,
    sql`WHERE t.taskId IN (${taskIds.map(idToBytes)}) AND t.deletedAt IS NULL
      AND ${scopeSql(viewer, 'read', scoped)}`,
  );
  return new Map(rows.map((row) => [row.taskId, row]));
}
