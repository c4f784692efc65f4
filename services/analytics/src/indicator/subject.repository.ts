import { compileCriteria, type Criteria } from '@crm/kit/record/criteria';
import { findAllCustomFields, type CustomFields } from '@crm/kit/record/custom-field';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import type { SubjectType } from './indicator.ts';
import { subjectEntities } from './subject.ts';

type Population = {
  readonly subjectType: SubjectType;
  /** Criteria over the subjects' own fields; everyone when there are none. */
  readonly population?: Criteria | null;
};

type Walk = Population & {
  readonly now: Date;
  /** Begins after this one. */
  readonly after?: string | null;
};

/** The subjects of a population in the order of their ids, so many at a time. */
export async function* eachSubjectChunk(
  manager: EntityManager,
  { after = null, ...population }: Walk,
  size: number,
): AsyncIterable<readonly string[]> {
  const entity = subjectEntities[population.subjectType];
  const isIn = await populationSql(manager, population);
  let last = after;
  for (;;) {
    const isNext = last === null ? raw('TRUE') : sql`f.id > ${idToBytes(last)}`;
    const { text, values } = sql`SELECT f.id FROM ${raw(`\`${entity.table}\``)} f
      WHERE ${isNext} AND f.deletedAt IS NULL AND ${isIn} ORDER BY f.id LIMIT ${raw(String(size))}`;
    const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
    const ids = rows.map(({ id }) => idFromBytes(id));
    if (ids.length > 0) yield ids;
    if (ids.length < size) return;
    last = ids.at(-1) ?? null;
  }
}

/** How many subjects there are in a population. */
export async function countSubjects(manager: EntityManager, population: Walk): Promise<number> {
  const entity = subjectEntities[population.subjectType];
  const isIn = await populationSql(manager, population);
  const { text, values } = sql`SELECT COUNT(*) AS total FROM ${raw(`\`${entity.table}\``)} f
    WHERE f.deletedAt IS NULL AND ${isIn}`;
  const [row]: { total: number }[] = await manager.query(text, [...values]);
  return row?.total ?? 0;
}

/** Of these ids, those of living subjects in the population. */
export async function livingIn(
  manager: EntityManager,
  population: Walk,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const entity = subjectEntities[population.subjectType];
  const isIn = await populationSql(manager, population);
  const { text, values } = sql`SELECT f.id FROM ${raw(`\`${entity.table}\``)} f
    WHERE f.id IN (${ids.map(idToBytes)}) AND f.deletedAt IS NULL AND ${isIn}`;
  const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
  return rows.map(({ id }) => idFromBytes(id));
}

type Scored = Walk & {
  readonly modelId: number;
  /** Among these alone; among all when left out. */
  readonly ids?: readonly string[];
  readonly limit: number;
};

/**
 * Those whose scores by a model are still there though they are none of its subjects any more. One
 * that somebody decided on stays as long as it is there at all.
 */
export async function leftSubjects(
  manager: EntityManager,
  { modelId, ids, limit, ...population }: Scored,
): Promise<readonly string[]> {
  if (ids?.length === 0) return [];
  const table = raw(`\`${subjectEntities[population.subjectType].table}\``);
  const isIn = await populationSql(manager, population);
  const among = ids ? sql`s.subjectId IN (${ids.map(idToBytes)})` : raw('TRUE');
  const { text, values } = sql`SELECT s.subjectId AS id FROM score s
    LEFT JOIN ${table} f ON f.id = s.subjectId AND f.deletedAt IS NULL
    WHERE s.modelId = ${modelId} AND ${among}
      AND (f.id IS NULL OR (s.overrideId IS NULL AND (${isIn}) IS NOT TRUE))
    LIMIT ${raw(String(limit))}`;
  const rows: { id: Uint8Array }[] = await manager.query(text, [...values]);
  return rows.map(({ id }) => idFromBytes(id));
}

/** As a condition on the subject `f`. */
async function populationSql(
  manager: EntityManager,
  { subjectType, population, now }: Walk,
): Promise<Sql> {
  if (!population) return raw('TRUE');
  const customFields: CustomFields = JSON.stringify(population).includes('"customFields"')
    ? await findAllCustomFields(manager)
    : new Map();
  return compileCriteria(
    {
      entity: subjectEntities[subjectType],
      alias: 'f',
      now,
      customFields,
      mayRead: () => true,
      readable: () => raw('TRUE'),
    },
    population,
  );
}
