import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { companyDate, compileCriteria, type Criteria } from '@crm/kit/record/criteria';
import { readScope } from '@crm/kit/record/page';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { readIndicatorValues, type Values } from '../indicator/indicator-values.repository.ts';
import { indicatorsOf, rankedIndicatorsOf, type Model } from '../model/model.ts';
import { buildDistribution, type Distribution } from '../score/distribution.ts';
import type { Outcome } from '../score/override.ts';
import { evaluate } from '../score/score.ts';
import { readableSubject, subjectEntity } from '../score/subject.ts';
import type { MoverList } from './mover-page.ts';
import { readDraft, type DraftInput } from './draft.queries.ts';
import { collectMovers, startComparison, type Comparison, type Simulated } from './simulation.ts';

export type Simulation = {
  readonly model: Model;
  readonly populationCount: number;
  readonly comparison: Comparison;
  readonly movers: MoverList;
};

const sampleDefault = 1000;
const sampleMax = 5000;

/**
 * What a draft would make of those that the viewer may read: of all of them up to the sample, or of
 * so many that were picked by a hash of their ids, the same each time. Nothing is changed.
 */
export async function simulateEvaluation(
  context: RequestContext,
  { sample, ...input }: DraftInput & { readonly sample?: number | null },
): Promise<Simulation> {
  const { manager } = context.app.db;
  const { model, catalogue } = await readDraft(context, manager, input);
  const size = sampleSize(sample);
  const { ids, total } = await pickSubjects(context, model, { population: input.population, size });
  const values = await readIndicatorValues(manager, {
    indicators: namedBy(model, catalogue),
    subjectType: model.subjectType,
    today: companyDate(context.app.now()),
    subjectIds: ids,
  });
  const before = await readOutcomes(context, model.code, ids);
  const distributions = rank(model, values);
  const comparing = startComparison(model.scale);
  const moving = collectMovers(sampleMax);
  for (const subjectId of ids) {
    const simulated = {
      subjectType: model.subjectType,
      subjectId,
      before: before.get(subjectId) ?? null,
      after: evaluate(model, values.get(subjectId) ?? new Map(), distributions),
    };
    comparing.add(simulated);
    moving.add(simulated);
  }
  return {
    model,
    populationCount: total,
    comparison: comparing.result(),
    movers: listOf(moving.result()),
  };
}

function sampleSize(sample: number | null | undefined): number {
  const size = sample ?? sampleDefault;
  if (size >= 1 && size <= sampleMax) return size;
  throw invalid(`A sample holds 1 to ${sampleMax} subjects`, [
    { path: 'sample', message: `must be 1 to ${sampleMax}` },
  ]);
}

const listOf = (movers: readonly Simulated[]): MoverList => ({
  count: movers.length,
  read: (from, size) => Promise.resolve(movers.slice(from, from + size)),
});

const namedBy = (
  model: Model,
  { indicators }: IndicatorCatalogue,
): readonly (typeof indicators extends ReadonlyMap<string, infer Each> ? Each : never)[] =>
  indicatorsOf(model).flatMap((code) => indicators.get(code) ?? []);

/** Among themselves: a sample is ranked as the whole would be, as nearly as it is one. */
function rank(
  model: Model,
  values: ReadonlyMap<string, Values>,
): ReadonlyMap<string, Distribution> {
  return new Map(
    rankedIndicatorsOf(model).map((code) => {
      const known = [...values.values()].flatMap((each) => {
        const value = each.get(code) ?? null;
        return value === null || typeof value === 'boolean' ? [] : [value];
      });
      return [code, buildDistribution(known)];
    }),
  );
}

async function pickSubjects(
  context: RequestContext,
  model: Model,
  { population, size }: { readonly population: Criteria | null | undefined; readonly size: number },
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const entity = subjectEntity(model.subjectType);
  const scope = await readScope(context, entity, { population, of: model.population });
  const wanted = and([
    readableSubject(context, entity),
    compileCriteria(scope, population ?? {}),
    compileCriteria({ ...scope, mayRead: () => true }, model.population ?? {}),
  ]);
  const from = sql`FROM ${raw(`\`${entity.table}\``)} t WHERE ${wanted}`;
  const counted = await query<{ total: number }>(context, sql`SELECT COUNT(*) AS total ${from}`);
  const rows = await query<{ id: Uint8Array }>(
    context,
    sql`SELECT t.id ${from} ORDER BY CRC32(t.id), t.id LIMIT ${raw(String(size))}`,
  );
  return { ids: rows.map(({ id }) => idFromBytes(id)), total: counted[0]?.total ?? 0 };
}

async function readOutcomes(
  context: RequestContext,
  code: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const rows = await query<Outcome & { readonly subjectId: Uint8Array }>(
    context,
    sql`SELECT s.subjectId, s.status, CAST(s.score AS CHAR) AS score, s.grade
      FROM score s JOIN evaluationModel m ON m.id = s.modelId AND m.code = ${code}
      WHERE s.subjectId IN (${ids.map(idToBytes)})`,
  );
  return new Map(rows.map(({ subjectId, ...outcome }) => [idFromBytes(subjectId), outcome]));
}

async function query<Row>({ app }: RequestContext, { text, values }: Sql): Promise<readonly Row[]> {
  return app.db.manager.query(text, [...values]);
}
