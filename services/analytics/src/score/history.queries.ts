import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy, type PagesBy } from '@crm/kit/record/pages-by';
import { and, joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import type { SubjectType } from '../indicator/indicator.ts';
import type { ModelReads } from '../model/model.queries.ts';
import type { StoredModel } from '../model/model.repository.ts';
import type { Evaluation } from './evaluation.ts';
import { current, past, readEvaluations } from './score.queries.ts';
import { isReadable } from './subject.ts';

export type HistoryArgs = {
  readonly model: string;
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly first?: number | null;
  readonly after?: string | null;
};

/** A page of results, with what they are of, and until when the newest of them is known to hold. */
export type History = Connection<Evaluation> & {
  readonly model: StoredModel;
  readonly until: Date;
};

export type HistoryPages = PagesBy<HistoryArgs, History>;

/** The results that held between two times, the newest first: one statement for many subjects. */
export const historyPages = (
  context: RequestContext,
  models: ModelReads,
  subjectType: SubjectType,
): HistoryPages =>
  pagesBy(async (ids, args) => {
    const versions = await models.versions(args.model);
    const size = pageSize(context, args);
    const [model] = versions;
    const asked = { ...args, modelId: model.modelId, may: isReadable(context, subjectType) };
    const before = args.after ? sql`s.validFrom < ${readCursor(args.after)}` : raw('TRUE');
    const known = ids.filter(isId);
    const pages = known.map(
      (id) =>
        sql`(SELECT * FROM (${resultsOf(asked, id, before)}) AS result
          ORDER BY validFrom DESC LIMIT ${raw(String(size + 1))})`,
    );
    const all = joinSql(pages, ' UNION ALL ');
    const found = known.length === 0 ? [] : await readEvaluations(context, versions, all);
    return new Map(
      ids.map((id) => [
        id,
        connectionOf(
          found.filter(({ subjectId }) => subjectId === id),
          {
            size,
            args,
            model,
            now: context.app.now(),
            count: () => countResults(context, resultsOf(asked, id, raw('TRUE'))),
          },
        ),
      ]),
    );
  });

type Asked = HistoryArgs & { readonly modelId: number; readonly may: Sql };

function resultsOf({ modelId, may, from, to }: Asked, id: string, before: Sql): Sql {
  const wanted = and([
    sql`s.modelId = ${modelId}`,
    sql`s.subjectId = ${isId(id) ? idToBytes(id) : null}`,
    to ? sql`s.validFrom < ${to}` : raw('TRUE'),
    before,
    may,
  ]);
  const ended = from ? sql`s.validTo > ${from}` : raw('TRUE');
  return sql`${current(wanted)} UNION ALL ${past(and([wanted, ended]))}`;
}

async function countResults({ app }: RequestContext, results: Sql): Promise<number> {
  const { text, values } = sql`SELECT COUNT(*) AS total FROM (${results}) AS result`;
  const rows: { total: number }[] = await app.db.manager.query(text, [...values]);
  return rows[0]?.total ?? 0;
}

type Page = {
  readonly size: number;
  readonly args: HistoryArgs;
  readonly model: StoredModel;
  readonly now: Date;
  readonly count: () => Promise<number>;
};

function connectionOf(
  found: readonly Evaluation[],
  { size, args, model, now, count }: Page,
): History {
  const nodes = found
    .toSorted((a, b) => b.validFrom.getTime() - a.validFrom.getTime())
    .slice(0, size);
  const edges = nodes.map((node) => ({
    cursor: writeListCursor(['validFrom'], [node.validFrom.toISOString()]),
    node,
  }));
  return {
    model,
    until: earliest([now, args.to, nodes[0]?.validTo]),
    nodes,
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: Boolean(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}

const earliest = (times: readonly (Date | null | undefined)[]): Date =>
  new Date(Math.min(...times.flatMap((time) => time?.getTime() ?? [])));

function readCursor(cursor: string): Date {
  const at = new Date(String(placeIn(cursor, 'validFrom')[0]));
  if (Number.isNaN(at.getTime())) throw invalid('The cursor is not one of this list');
  return at;
}

/** The values of a list cursor that was made for these keys. */
export function placeIn(cursor: string, keys: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === keys) return parsed.slice(1);
  } catch {
    // It is none, as one of another list is.
  }
  throw invalid('The cursor is not one of this list');
}
