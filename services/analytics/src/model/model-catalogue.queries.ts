import { AppError } from '@crm/kit/errors';
import { compileCriteria } from '@crm/kit/record/criteria';
import type { FieldClass } from '@crm/kit/record/field';
import { raw } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { IndicatorCatalogue } from '../indicator/indicator-catalogue.ts';
import { classesOf, examine } from '../indicator/indicator-check.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import { strictest } from '../strictness.ts';
import { modelProblems } from './model-check.ts';
import { refused } from './model-input.ts';
import { indicatorsOf, type ModelDefinition } from './model.ts';

type Place = { readonly manager: EntityManager; readonly now: Date };

/** What there is to make models of. Throws what is wrong with this one, as things are now. */
export async function checkedCatalogue(
  { manager, now }: Place,
  definition: ModelDefinition,
): Promise<IndicatorCatalogue> {
  const catalogue = await readCatalogue(manager);
  const problems = [
    ...modelProblems(definition, {
      indicators: catalogue.indicators,
      problemsOf: (indicator) =>
        examine(indicator, catalogue).problems.map(({ message }) => message),
      classesOf: (indicator) => classesOf(indicator, catalogue),
    }),
    ...populationProblems(definition, catalogue, now),
  ];
  if (problems.length > 0) throw refused(problems);
  return catalogue;
}

function populationProblems(
  { population, subjectType }: ModelDefinition,
  { subjects, customFields }: IndicatorCatalogue,
  now: Date,
): readonly { readonly path: string; readonly message: string }[] {
  if (population === null) return [];
  const entity = subjects[subjectType];
  if (!entity) return [{ path: 'population', message: `is not known of a ${subjectType}` }];
  try {
    const scope = { entity, alias: 's', now, customFields, mayRead, readable: () => raw('TRUE') };
    compileCriteria(scope, population);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [{ path: 'population', message: error.message }];
  }
}

/** So carefully the scores are kept. */
export const classOf = (definition: ModelDefinition, catalogue: IndicatorCatalogue): FieldClass =>
  strictest(
    indicatorsOf(definition).flatMap((code) => {
      const indicator = catalogue.indicators.get(code);
      return indicator ? [...classesOf(indicator, catalogue)] : [];
    }),
  );

const mayRead = (_: unknown, fieldClass: FieldClass): boolean => fieldClass !== 'SENSITIVE';
