import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, isId } from '@crm/kit/id';
import { idTable } from '@crm/kit/id-table';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages, type Connection, type PageArgs } from '@crm/kit/record/page';
import { activeOn, activeOnSql } from '@crm/kit/record/period';
import { isSeenFromFrom } from '@crm/kit/record/relation';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import { visibleSql } from '../network/network.repository.ts';
import { PersonEntity, type Person } from '../person/person.fields.ts';
import {
  PersonRelationshipEntity,
  type PersonRelationship,
  type SeenRelationship,
} from './relationship.fields.ts';
import { findRelationshipTypes } from './relationship.repository.ts';
import type { RelationshipType } from './relationship-type.fields.ts';

type Narrowing = {
  readonly categories?: readonly RelationshipType['category'][] | null;
  /** Codes as they are called from the person who is asked: REPORTS_TO or REPORTED_TO_BY. */
  readonly types?: readonly string[] | null;
};

export type RelationshipPages = {
  readonly of: (narrowing: Narrowing) => ChildPages<PersonRelationship>;
};

/** Pages of the relationships of many people, whichever side they stand on. */
export function relationshipPages(context: RequestContext): RelationshipPages {
  const known = new Map<string, ChildPages<PersonRelationship>>();
  return {
    of: ({ categories = null, types = null }) => {
      const key = JSON.stringify([categories, types]);
      const pages =
        known.get(key) ??
        childPages(context, PersonRelationshipEntity, {
          table: 'personEdge',
          parentColumn: 'personId',
          column: 'relationshipId',
          only: and([
            categories ? sql`l.category IN (${categories})` : raw('TRUE'),
            types ? calledSql(types) : raw('TRUE'),
          ]),
        });
      known.set(key, pages);
      return pages;
    },
  };
}

/** What a type is called depends on the side from which it is seen. */
const calledSql = (names: readonly string[]): Sql =>
  sql`EXISTS (SELECT 1 FROM relationshipType type WHERE type.code = t.type
    AND IF(l.direction = 'IN', type.inverseCode, type.code) IN (${names}))`;

type RelationshipsArgs = PageArgs & Narrowing & { readonly activeOn?: string | null };
type Reading = RequestContext & { readonly pages: { readonly relationships: RelationshipPages } };

/** The relationships of one person, seen from there, the strongest first. */
export async function relationshipsOf(
  { pages }: Reading,
  personId: string,
  { categories = null, types = null, activeOn: day, where, orderBy, ...args }: RelationshipsArgs,
): Promise<Connection<SeenRelationship>> {
  const page = await pages.relationships.of({ categories, types }).load(personId, {
    ...args,
    where: day ? { all: [where ?? {}, activeOn(day)] } : (where ?? null),
    orderBy: orderBy?.length ? orderBy : [{ field: 'strength', direction: 'DESC' }],
  });
  const seen = (relationship: PersonRelationship): SeenRelationship => ({
    ...relationship,
    seenFromId: personId,
  });
  return {
    ...page,
    nodes: page.nodes.map(seen),
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: seen(node) })),
  };
}

const familyMax = 100;

/** The family of today. */
export const familyOf = async (
  context: Reading,
  personId: string,
): Promise<readonly SeenRelationship[]> =>
  (
    await relationshipsOf(context, personId, {
      categories: ['FAMILY'],
      activeOn: companyDate(context.app.now()),
      first: familyMax,
    })
  ).nodes;

export const listRelationshipTypes = ({ app }: RequestContext): Promise<RelationshipType[]> =>
  findRelationshipTypes(app.db.manager);

/** All types at once: a company has a few. */
export const relationshipTypeLoader = (context: RequestContext): Loader<RelationshipType> =>
  loaderBy(async () => {
    const types = await listRelationshipTypes(context);
    return new Map(types.map((type) => [type.code, type]));
  });

const reportsTo = 'REPORTS_TO';

/** Whom people report to today: of several the strongest. */
export const superiorLoader = ({ app }: RequestContext): Loader<string> =>
  loaderBy(async (personIds) => {
    const { text, values } = sql`SELECT t.fromId, t.toId FROM ${idTable(personIds.filter(isId))} p
      STRAIGHT_JOIN personRelationship t ON t.fromId = UNHEX(p.hex) AND t.type = ${reportsTo}
      WHERE t.deletedAt IS NULL AND ${activeOnSql('t', companyDate(app.now()))}
      ORDER BY t.strength, t.id DESC`;
    const rows: { fromId: Uint8Array; toId: Uint8Array }[] = await app.db.manager.query(text, [
      ...values,
    ]);
    return new Map(rows.map(({ fromId, toId }) => [idFromBytes(fromId), idFromBytes(toId)]));
  });

/** Who influences people most today, of those whom the viewer may read: the ids of the relationships. */
export const influencerLoader = (context: RequestContext): Loader<string> =>
  loaderBy(async (personIds) => {
    const { text, values } = sql`
      SELECT e.relationshipId, j.at
      FROM ${idTable(personIds)} j,
      LATERAL (SELECT s.relationshipId FROM personEdge s JOIN person t ON t.id = s.otherId
        WHERE s.personId = UNHEX(j.hex) AND s.category = 'INFLUENCE' AND s.direction <> 'OUT'
          AND ${activeOnSql('s', companyDate(context.app.now()))} AND ${visibleSql(context)}
        ORDER BY s.personId, s.weakness LIMIT 1) e`;
    const rows: { relationshipId: Uint8Array; at: number }[] = await context.app.db.manager.query(
      text,
      [...values],
    );
    return new Map(
      rows.map(({ relationshipId, at }) => [personIds[at - 1] ?? '', idFromBytes(relationshipId)]),
    );
  });

/** Pages of those who report to people today. */
export const directReportPages = (context: RequestContext): ChildPages<Person> =>
  childPages(context, PersonEntity, {
    table: 'personRelationship',
    parentColumn: 'toId',
    column: 'fromId',
    only: sql`l.type = ${reportsTo} AND l.deletedAt IS NULL
      AND ${activeOnSql('l', companyDate(context.app.now()))}`,
  });

/** The other one of both, seen from where it was reached; null when the viewer may not read that person. */
export const counterpartyOf = (
  { loaders }: { readonly loaders: { readonly person: Loader<Person> } },
  relationship: SeenRelationship,
): Promise<Person | null> =>
  loaders.person.load(isSeenFromFrom(relationship) ? relationship.toId : relationship.fromId);
