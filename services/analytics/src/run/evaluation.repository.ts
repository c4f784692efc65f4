import type { EntityManager } from 'typeorm';
import { readPlanned, type Values } from '../indicator/indicator-values.repository.ts';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { dependsOn, type Indicator } from '../indicator/indicator.ts';
import { eachSubjectChunk, livingIn } from '../indicator/subject.repository.ts';
import { planOf, type Among, type ValuePlan } from '../indicator/value-plan.ts';
import { indicatorsOf, rankedIndicatorsOf, type Model } from '../model/model.ts';
import { buildDistribution } from '../score/distribution.ts';
import { evaluate } from '../score/score.ts';
import type { ScoreRow } from '../score/score.repository.ts';
import type { Ranking } from './distribution.repository.ts';

/**
 * How many subjects are read, evaluated and written together. Of staff the facts of all their customers
 * are read: those of all staff at once would be all facts there are.
 */
export const chunkSizeOf = ({ subjectType }: Pick<Model, 'subjectType'>): number =>
  subjectType === 'STAFF' ? 20 : 2000;

/** A model with what has to be read for it. */
export type Evaluating = { readonly model: Model; readonly plan: ValuePlan };

export function planFor(
  catalogue: IndicatorCatalogue,
  { model, today }: { readonly model: Model; readonly today: string },
): Evaluating {
  return { model, plan: planOfCodes(catalogue, { model, today }, indicatorsOf(model)) };
}

const planOfCodes = (
  catalogue: IndicatorCatalogue,
  { model, today }: { readonly model: Model; readonly today: string },
  codes: readonly string[],
): ValuePlan =>
  planOf(catalogue, {
    indicators: known(catalogue, codes),
    subjectType: model.subjectType,
    today,
    isPast: false,
  });

const known = ({ indicators }: IndicatorCatalogue, codes: readonly string[]): Indicator[] =>
  codes.flatMap((code) => indicators.get(code) ?? []);

/** Kinds of facts that the model looks at. */
export const factsOfModel = (catalogue: IndicatorCatalogue, model: Model): ReadonlySet<string> =>
  new Set(
    known(catalogue, indicatorsOf(model)).flatMap((indicator) => [
      ...dependsOn(indicator, catalogue.indicators),
    ]),
  );

type Of = { readonly subjectIds: readonly string[]; readonly among?: Among };

/** Reads what the model looks at, and evaluates it. Writes nothing. */
export async function evaluateSubjects(
  manager: EntityManager,
  { model, plan }: Evaluating,
  { subjectIds, among = { subjectIds }, ranking }: Of & { readonly ranking: Ranking },
): Promise<ScoreRow[]> {
  const values = await readPlanned(manager, plan, { subjectIds, among });
  return subjectIds.map((subjectId) => ({
    subjectId,
    result: evaluate(model, values.get(subjectId) ?? none, ranking.distributions),
  }));
}

const none: Values = new Map();

/** Of all the ids, those whom the model is for. */
export const subjectsIn = (
  manager: EntityManager,
  { subjectType, population }: Model,
  { ids, now }: { readonly ids: readonly string[]; readonly now: Date },
): Promise<readonly string[]> => livingIn(manager, { subjectType, population, now }, ids);

/** Without a filter the subjects stand side by side, and are read as a range. */
export const amongOf = ({ population }: Model, subjectIds: readonly string[]): Among => {
  const [from, to] = [subjectIds[0], subjectIds.at(-1)];
  return population || from === undefined || to === undefined ? { subjectIds } : { from, to };
};

type RankAt = { readonly today: string; readonly now: Date; readonly chunk: number };

/** Ranks the whole population anew: what the model ranks by is read for everyone, and nothing else. */
export async function rank(
  manager: EntityManager,
  catalogue: IndicatorCatalogue,
  { model, today, now, chunk }: RankAt & { readonly model: Model },
): Promise<Ranking> {
  const codes = rankedIndicatorsOf(model);
  const found = new Map<string, string[]>(codes.map((code) => [code, []]));
  if (codes.length > 0) {
    const plan = planOfCodes(catalogue, { model, today }, codes);
    const { subjectType, population } = model;
    for await (const ids of eachSubjectChunk(manager, { subjectType, population, now }, chunk)) {
      const among = amongOf(model, ids);
      const values = await readPlanned(manager, plan, { subjectIds: ids, among });
      for (const ofSubject of values.values()) gather(found, ofSubject);
    }
  }
  return {
    rankedAt: now,
    distributions: new Map([...found].map(([code, values]) => [code, buildDistribution(values)])),
  };
}

function gather(found: ReadonlyMap<string, string[]>, values: Values): void {
  for (const [code, all] of found) {
    const value = values.get(code) ?? null;
    if (value !== null && !Number.isNaN(Number(value))) all.push(String(value));
  }
}
