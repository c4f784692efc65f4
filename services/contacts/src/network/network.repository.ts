import type { RequestContext } from '@crm/kit/context';
import { idFromBytes } from '@crm/kit/id';
import { activeOnSql } from '@crm/kit/record/period';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { minorSql } from '../person/minor.ts';
import { PersonEntity } from '../person/person.fields.ts';
import type { RelationshipType } from '../relationship/relationship-type.fields.ts';
import { bytesOf, hexOf, keyOfBytes, nameOfStep, type PersonKey, type Step } from './person-key.ts';

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

/** Somebody whose relationships are read, those from a strength on. */
export type Asked = { readonly person: PersonKey; readonly minStrength: number };

/**
 * The strongest relationships of each of these people, in one statement. They lie in this order: of
 * somebody who knows very many no more are read than are wanted. Those of a person come as one value,
 * of 17 bytes each: a row each takes as long as all the rest of a search.
 */
export async function findNeighbours(
  { app }: RequestContext,
  asked: readonly Asked[],
  { day, categories, perPerson }: Omit<Ties, 'minStrength'> & { readonly perPerson: number },
): Promise<Step[]> {
  if (asked.length === 0) return [];
  const wanted = asked.map(({ person, minStrength }) => [
    hexOf(person),
    100 - Math.max(1, minStrength),
  ]);
  const { text, values } = sql`
    SELECT ${lengthHint(perPerson)} p.at, e.packed FROM JSON_TABLE(${JSON.stringify(wanted)}, '$[*]'
      COLUMNS (at FOR ORDINALITY, hex CHAR(32) CHARACTER SET ascii PATH '$[0]',
        weakness TINYINT UNSIGNED PATH '$[1]')) p,
    LATERAL (SELECT GROUP_CONCAT(x.otherId, CHAR(x.weakness) SEPARATOR '') AS packed FROM (
      SELECT t.otherId, t.weakness FROM personEdge t
      WHERE t.personId = UNHEX(p.hex) AND t.weakness <= p.weakness
        AND ${categories.length === all.length ? raw('TRUE') : sql`t.category IN (${categories})`}
        AND ${activeOnSql('t', day)}
      ORDER BY t.personId, t.weakness LIMIT ${raw(String(perPerson))}) x) e`;
  const rows: { at: number; packed: Buffer | null }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return rows.flatMap(({ at, packed }) => stepsFrom(asked[at - 1]?.person ?? '', packed));
}

const [keyBytes, stepBytes] = [16, 17];

/** What one value may hold. */
const lengthHint = (perPerson: number): Sql =>
  raw(`/*+ SET_VAR(group_concat_max_len = ${Math.max(1024, perPerson * stepBytes)}) */`);

/** The strongest first. */
function stepsFrom(from: PersonKey, packed: Buffer | null): Step[] {
  const steps: Step[] = [];
  if (packed === null) return steps;
  for (let at = 0; at < packed.length; at += stepBytes) {
    const to = packed.toString('latin1', at, at + keyBytes);
    steps.push({ from, to, strength: 100 - packed.readUInt8(at + keyBytes) });
  }
  return steps.toSorted((a, b) => b.strength - a.strength);
}

/** Those of these people whom the viewer may know of, in one statement. */
export async function readableOf(
  context: RequestContext,
  people: readonly PersonKey[],
): Promise<ReadonlySet<PersonKey>> {
  if (people.length === 0) return new Set();
  const { text, values } = sql`SELECT t.id FROM person t
    WHERE t.id IN (${people.map(bytesOf)}) AND ${visibleSql(context)}`;
  const rows: { id: Uint8Array }[] = await context.app.db.manager.query(text, [...values]);
  return new Set(rows.map(({ id }) => keyOfBytes(id)));
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
    SELECT p.at, MIN(t.relationshipId) AS relationship
    FROM JSON_TABLE(${JSON.stringify(steps.map(marks))}, '$[*]'
      COLUMNS (at FOR ORDINALITY, a CHAR(32) CHARACTER SET ascii PATH '$[0]',
        b CHAR(32) CHARACTER SET ascii PATH '$[1]', w TINYINT UNSIGNED PATH '$[2]')) p
    STRAIGHT_JOIN personEdge t ON t.personId = UNHEX(p.a) AND t.weakness = p.w AND t.otherId = UNHEX(p.b)
      AND t.category IN (${categories}) AND ${activeOnSql('t', day)}
    GROUP BY p.at`;
  const rows: { at: number; relationship: Uint8Array }[] = await app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(
    rows.flatMap(({ at, relationship }) => {
      const step = steps[at - 1];
      return step ? [[nameOfStep(step), idFromBytes(relationship)] as const] : [];
    }),
  );
}

const marks = ({ from, to, strength }: Step): readonly unknown[] => [
  hexOf(from),
  hexOf(to),
  100 - strength,
];
