import type { RequestContext } from '@crm/kit/context';
import { forbidden, invalid } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import type { Criteria } from '@crm/kit/record/criteria';
import { compileCriteria } from '@crm/kit/record/criteria';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import { pageSize, readScope, type Connection } from '@crm/kit/record/page';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { mayReadScores } from '../model/model-class.ts';
import type { ModelReads } from '../model/model.queries.ts';
import type { StoredModel } from '../model/model.repository.ts';
import type { Evaluation } from './evaluation.ts';
import { placeIn } from './history.queries.ts';
import { current, readEvaluations } from './score.queries.ts';
import { readableSubject, subjectEntity } from './subject.ts';

export type RankingArgs = {
  readonly model: string;
  readonly where?: Criteria | null;
  readonly grades?: readonly string[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
};

/** The subjects that the viewer may read by their scores, the highest first; equal ones by id. */
export async function readRanking(
  context: RequestContext,
  models: ModelReads,
  { model: code, ...args }: RankingArgs,
): Promise<Connection<Evaluation>> {
  const versions = await models.versions(code);
  const [model] = versions;
  if (!mayReadScores(context.viewer, model)) {
    throw forbidden(`You may not read what ${code} is made of`);
  }
  const size = pageSize(context, args);
  const wanted = await wantedSql(context, model, args);
  const after = args.after ? afterSql(args.after) : raw('TRUE');
  // The order is that of a key of scores, so a page is read from it, and not from all subjects there are.
  const page = sql`${current(and([wanted, after]), raw('/*+ JOIN_PREFIX(s) */'))}
    ORDER BY s.score DESC, s.subjectId DESC LIMIT ${raw(String(size + 1))}`;
  const found = await readEvaluations(context, versions, page);
  const nodes = found.slice(0, size);
  const edges = nodes.map((node) => ({
    cursor: writeListCursor(['score', 'id'], [node.score, node.subjectId]),
    node,
  }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => countRanked(context, wanted),
  };
}

async function wantedSql(
  context: RequestContext,
  { modelId, subjectType, grades: known }: StoredModel,
  { where, grades }: Omit<RankingArgs, 'model'>,
): Promise<Sql> {
  const entity = subjectEntity(subjectType);
  if (where && subjectType !== 'CUSTOMER') {
    throw invalid('where is of customers', [{ path: 'where', message: 'is of customers' }]);
  }
  const codes = known.map(({ code }) => code);
  const unknown = grades?.find((grade) => !codes.includes(grade));
  if (unknown !== undefined) {
    const message = `must be of ${codes.join(', ')}`;
    throw invalid(`grades ${message}`, [{ path: 'grades', message }]);
  }
  const scope = await readScope(context, entity, where ?? {});
  return and([
    sql`s.modelId = ${modelId}`,
    grades ? sql`s.grade IN (${grades})` : raw('s.grade IS NOT NULL'),
    sql`EXISTS (SELECT 1 FROM ${raw(`\`${entity.table}\``)} t WHERE t.id = s.subjectId
      AND ${readableSubject(context, entity)} AND ${compileCriteria(scope, where ?? {})})`,
  ]);
}

function afterSql(cursor: string): Sql {
  const [score, id] = placeIn(cursor, 'score,id');
  if (typeof score !== 'string' || typeof id !== 'string' || !isId(id)) {
    throw invalid('The cursor is not one of this list');
  }
  return sql`(s.score < ${score} OR (s.score = ${score} AND s.subjectId < ${idToBytes(id)}))`;
}

async function countRanked({ app }: RequestContext, wanted: Sql): Promise<number> {
  const { text, values } = sql`SELECT COUNT(*) AS total FROM score s WHERE ${wanted}`;
  const rows: { total: number }[] = await app.db.manager.query(text, [...values]);
  return rows[0]?.total ?? 0;
}
