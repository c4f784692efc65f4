import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import DataLoader from 'dataloader';
import type { SubjectType } from '../indicator/indicator.ts';
import { mayReadScores } from '../model/model-class.ts';
import type { ModelReads } from '../model/model.queries.ts';
import type { StoredModel } from '../model/model.repository.ts';
import { hidden, withoutExpired, type Evaluation } from './evaluation.ts';
import { findOverrides } from './override.repository.ts';
import { isReadable } from './subject.ts';

type Asked = {
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly model: string;
  readonly asOf?: Date | null;
};

export type ScoreReads = {
  /** Null without a result, and for a subject that the viewer may not read. */
  readonly load: (asked: Asked) => Promise<Evaluation | null>;
  /** By every model in force. */
  readonly loadAll: (asked: Omit<Asked, 'model'>) => Promise<readonly Evaluation[]>;
};

/** Joins the scores of one request: a statement for each time asked of, whatever the models. */
export function scoreReads(context: RequestContext, models: ModelReads): ScoreReads {
  const loader = new DataLoader<Asked, Evaluation | null, string>(
    (asked) => loadAsked(context, models, asked),
    {
      cacheKeyFn: ({ subjectId, model, asOf }) => `${subjectId} ${model} ${asOf?.getTime() ?? ''}`,
    },
  );
  return {
    load: (asked) => loader.load(asked),
    loadAll: async (asked) => {
      const inForce = await models.inForce(asked.subjectType);
      const found = await Promise.all(
        inForce.map(({ code }) => loader.load({ ...asked, model: code })),
      );
      return found.filter((evaluation) => evaluation !== null);
    },
  };
}

async function loadAsked(
  context: RequestContext,
  models: ModelReads,
  asked: readonly Asked[],
): Promise<(Evaluation | Error | null)[]> {
  const versions = new Map<string, readonly StoredModel[] | Error>();
  for (const code of new Set(asked.map(({ model }) => model))) {
    versions.set(code, await models.versions(code).catch(asError));
  }
  const found = new Map<string, Evaluation>();
  for (const group of groupsOf(asked)) {
    const known = [...versions.values()].flatMap((each) => (each instanceof Error ? [] : each));
    for (const evaluation of await readGroup(context, known, group)) {
      found.set(keyOf(evaluation.subjectId, evaluation.model.code, group.asOf), evaluation);
    }
  }
  return asked.map(({ subjectId, model, asOf }) => {
    const known = versions.get(model);
    return known instanceof Error ? known : (found.get(keyOf(subjectId, model, asOf)) ?? null);
  });
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));

const keyOf = (subjectId: string, model: string, asOf: Date | null | undefined): string =>
  `${subjectId} ${model} ${asOf?.getTime() ?? ''}`;

type Group = {
  readonly subjectType: SubjectType;
  readonly asOf: Date | null;
  readonly subjectIds: readonly string[];
};

function groupsOf(asked: readonly Asked[]): readonly Group[] {
  const groups = new Map<string, Group & { readonly subjectIds: string[] }>();
  for (const { subjectType, subjectId, asOf = null } of asked) {
    const key = `${subjectType} ${asOf?.getTime() ?? ''}`;
    const group = groups.get(key) ?? { subjectType, asOf, subjectIds: [] };
    if (isId(subjectId)) group.subjectIds.push(subjectId);
    groups.set(key, group);
  }
  return [...groups.values()].filter(({ subjectIds }) => subjectIds.length > 0);
}

async function readGroup(
  context: RequestContext,
  models: readonly StoredModel[],
  { subjectType, asOf, subjectIds }: Group,
): Promise<readonly Evaluation[]> {
  const ids = [
    ...new Set(
      models.filter((model) => model.subjectType === subjectType).map(({ modelId }) => modelId),
    ),
  ];
  if (ids.length === 0) return [];
  const wanted = sql`s.modelId IN (${ids})
    AND s.subjectId IN (${[...new Set(subjectIds)].map(idToBytes)}) AND ${isReadable(context, subjectType)}`;
  return readEvaluations(context, models, asOf === null ? current(wanted) : asOfSql(wanted, asOf));
}

const columns =
  raw(`s.modelId, s.subjectId, s.modelVersion, s.status, CAST(s.score AS CHAR) AS score,
  s.grade, CAST(s.coverage AS CHAR) AS coverage, s.inputs, s.overrideId, s.cause, s.inputWatermark`);

/** A run over all leaves what is the same as it was, and says once when that was. */
export const current = (wanted: Sql, hint: Sql = raw('')): Sql =>
  sql`SELECT ${hint} ${columns}, GREATEST(s.computedAt, COALESCE(latest.evaluatedAt, s.computedAt)) AS computedAt,
      GREATEST(s.rankedAt, COALESCE(latest.rankedAt, s.rankedAt)) AS rankedAt,
      s.validFrom, NULL AS validTo
    FROM score s JOIN evaluationModel latest ON latest.id = s.modelId WHERE ${wanted}`;

export const past = (wanted: Sql): Sql =>
  sql`SELECT ${columns}, s.computedAt, s.rankedAt, s.validFrom, s.validTo
    FROM scoreHistory s WHERE ${wanted}`;

/** What held at a time is what began before and ended after it. */
const asOfSql = (wanted: Sql, asOf: Date): Sql =>
  sql`${current(sql`${wanted} AND s.validFrom <= ${asOf}`)} UNION ALL
    ${past(sql`${wanted} AND s.validFrom <= ${asOf} AND s.validTo > ${asOf}`)}`;

type Row = Omit<Evaluation, 'isHidden' | 'model' | 'override' | 'subjectId'> & {
  readonly modelId: number;
  readonly modelVersion: number;
  readonly subjectId: Uint8Array;
  readonly overrideId: Uint8Array | null;
};

/** Results with the versions that they were made by, and only so far as the viewer may read them. */
export async function readEvaluations(
  context: RequestContext,
  models: readonly StoredModel[],
  { text, values }: Sql,
): Promise<readonly Evaluation[]> {
  const { manager } = context.app.db;
  const rows: Row[] = await manager.query(text, [...values]);
  const overridden = rows.flatMap(({ overrideId }) => (overrideId ? idFromBytes(overrideId) : []));
  const overrides = await findOverrides(manager, overridden);
  return rows.flatMap(({ modelId, modelVersion, subjectId, overrideId, ...row }) => {
    const model = models.find((each) => each.modelId === modelId && each.version === modelVersion);
    if (!model) return [];
    const override = overrideId ? (overrides.get(idFromBytes(overrideId)) ?? null) : null;
    const read = { ...row, model, override, subjectId: idFromBytes(subjectId), isHidden: false };
    if (!mayReadScores(context.viewer, model)) return [hidden(read)];
    return [read.validTo === null ? withoutExpired(read, context.app.now()) : read];
  });
}
