import type { RequestContext } from '@crm/kit/context';
import { activeOnSql } from '@crm/kit/record/period';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { minorSql } from '../person/minor.ts';
import { PersonEntity } from '../person/person.fields.ts';
import type { RelationshipType } from '../relationship/relationship-type.fields.ts';
import { bytesOf, idOf, nameOfStep, type PersonKey, type Step } from './person-key.ts';

type Category = RelationshipType['category'];

/** Which relationships count. */
export type Ties = {
  readonly day: string;
  readonly categories: readonly Category[];
  readonly minStrength: number;
};

const all: readonly Category[] = ['WORK', 'FAMILY', 'INFLUENCE', 'SOCIAL'];

/** Those of the categories that the viewer may know of. */
export const readableCategories = (
  { viewer }: RequestContext,
  wanted: readonly Category[] | null | undefined,
): readonly Category[] =>
  (wanted ?? all).filter((each) => each !== 'FAMILY' || readingOf(viewer, 'PERSONAL') === 'read');

/**
 * The strongest relationships of each of these people, in one statement. They lie in this order:
 * of somebody who knows very many no more are read than are wanted.
 */
export async function findNeighbours(
  { app }: RequestContext,
  people: readonly PersonKey[],
  { day, categories, minStrength, perPerson }: Ties & { readonly perPerson: number },
): Promise<Step[]> {
  if (people.length === 0) return [];
  const { text, values } = sql`
    SELECT p.at, HEX(e.otherId) AS other, e.weakness
    FROM JSON_TABLE(${JSON.stringify(people)}, '$[*]'
      COLUMNS (at FOR ORDINALITY, hex CHAR(32) CHARACTER SET ascii PATH '$')) p,
    LATERAL (SELECT t.otherId, t.weakness FROM personEdge t WHERE t.personId = UNHEX(p.hex)
      AND t.weakness <= ${100 - Math.max(1, minStrength)}
      AND ${categories.length === all.length ? raw('TRUE') : sql`t.category IN (${categories})`}
      AND ${activeOnSql('t', day)}
      ORDER BY t.personId, t.weakness LIMIT ${raw(String(perPerson))}) e`;
  const rows: { at: number; other: string; weakness: number }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return rows.map(({ at, other, weakness }) => ({
    from: people[at - 1] ?? '',
    to: other,
    strength: 100 - weakness,
  }));
}

/** Those of these people whom the viewer may know of, in one statement. */
export async function readableOf(
  context: RequestContext,
  people: readonly PersonKey[],
): Promise<ReadonlySet<PersonKey>> {
  if (people.length === 0) return new Set();
  const { text, values } = sql`SELECT HEX(t.id) AS person FROM person t
    WHERE t.id IN (${people.map(bytesOf)}) AND ${visibleSql(context)}`;
  const rows: { person: string }[] = await context.app.db.manager.query(text, [...values]);
  return new Set(rows.map(({ person }) => person));
}

/** Live, within reach, and no child unless the viewer may read what is sensitive. */
export function visibleSql({ viewer, app }: RequestContext): Sql {
  const maySeeChildren = readingOf(viewer, 'SENSITIVE') === 'read';
  return and([
    raw('t.deletedAt IS NULL'),
    scopeSql(viewer, 'read', { entity: PersonEntity, alias: 't', now: app.now() }),
    maySeeChildren ? raw('TRUE') : raw(`NOT ${minorSql('t')}`),
  ]);
}

/** The relationships by which steps are taken, by `nameOfStep`: the first of several alike. */
export async function findRelationshipsOfSteps(
  { app }: RequestContext,
  steps: readonly Step[],
  { day, categories }: Ties,
): Promise<ReadonlyMap<string, string>> {
  if (steps.length === 0) return new Map();
  const { text, values } = sql`
    SELECT p.at, HEX(MIN(t.relationshipId)) AS relationship
    FROM JSON_TABLE(${JSON.stringify(steps.map(({ from, to, strength }) => [from, to, 100 - strength]))}, '$[*]'
      COLUMNS (at FOR ORDINALITY, a CHAR(32) CHARACTER SET ascii PATH '$[0]',
        b CHAR(32) CHARACTER SET ascii PATH '$[1]', w TINYINT UNSIGNED PATH '$[2]')) p
    STRAIGHT_JOIN personEdge t ON t.personId = UNHEX(p.a) AND t.weakness = p.w AND t.otherId = UNHEX(p.b)
      AND t.category IN (${categories}) AND ${activeOnSql('t', day)}
    GROUP BY p.at`;
  const rows: { at: number; relationship: string }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(
    rows.flatMap(({ at, relationship }) => {
      const step = steps[at - 1];
      return step ? [[nameOfStep(step), idOf(relationship)] as const] : [];
    }),
  );
}
