import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { childPages, type ChildPages, type Connection, type PageArgs } from '@crm/kit/record/page';
import { activeOn, activeOnSql } from '@crm/kit/record/period';
import { scopeSql } from '@crm/kit/record/policy';
import { isSeenFromFrom, type RelationDirection } from '@crm/kit/record/relation';
import { selectRows } from '@crm/kit/record/store';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import type { Customer } from '../customer/customer.fields.ts';
import type { ExternalOrganization } from '../organization/organization.fields.ts';
import {
  CustomerRelationEntity,
  type CustomerRelation,
  type SeenRelation,
} from './relation.fields.ts';
import { findRelationTypes } from './relation.repository.ts';
import type { RelationType } from './relation-type.fields.ts';

type Narrowing = {
  /** Codes as they are called from the organisation that is asked: SUBSIDIARY_OF or PARENT_OF. */
  readonly type?: readonly string[] | null;
  readonly direction?: RelationDirection | null;
};

export type RelationPages = {
  readonly of: (narrowing: Narrowing) => ChildPages<CustomerRelation>;
};

/** Pages of the relations of many organisations, whichever side they stand on. */
export function relationPages(context: RequestContext): RelationPages {
  const known = new Map<string, ChildPages<CustomerRelation>>();
  return {
    of: (narrowing) => {
      const key = JSON.stringify([narrowing.type, narrowing.direction]);
      const pages = known.get(key) ?? pagesOf(context, narrowing);
      known.set(key, pages);
      return pages;
    },
  };
}

const pagesOf = (
  context: RequestContext,
  { type, direction }: Narrowing,
): ChildPages<CustomerRelation> =>
  childPages(context, CustomerRelationEntity, {
    table: 'customerRelationSide',
    parentColumn: 'partyId',
    column: 'relationId',
    only: and([
      type ? sql`l.name IN (${type})` : raw('TRUE'),
      direction ? sql`l.direction = ${direction}` : raw('TRUE'),
    ]),
  });

type RelationsArgs = PageArgs & Narrowing & { readonly asOf?: string | null };
type Reading = RequestContext & { readonly pages: { readonly relations: RelationPages } };

/** The relations of one organisation, seen from it. */
export async function relationsOf(
  { pages }: Reading,
  partyId: string,
  { type = null, direction = null, asOf, where, ...args }: RelationsArgs,
): Promise<Connection<SeenRelation>> {
  const page = await pages.relations.of({ type, direction }).load(partyId, {
    ...args,
    where: asOf ? { all: [where ?? {}, activeOn(asOf)] } : (where ?? null),
  });
  const seen = (relation: CustomerRelation): SeenRelation => ({ ...relation, seenFromId: partyId });
  return {
    ...page,
    nodes: page.nodes.map(seen),
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: seen(node) })),
  };
}

export const listRelationTypes = ({ app }: RequestContext): Promise<RelationType[]> =>
  findRelationTypes(app.db.manager);

/** All types at once: a company has a few. */
export const relationTypeLoader = (context: RequestContext): Loader<RelationType> =>
  loaderBy(async () => {
    const types = await listRelationTypes(context);
    return new Map(types.map((type) => [type.code, type]));
  });

export type Organization = Customer | ExternalOrganization;

type Loading = {
  readonly loaders: {
    readonly customer: Loader<Customer>;
    readonly externalOrganization: Loader<ExternalOrganization>;
  };
};

type Side = 'from' | 'to';

/** One side of a relation; null when it is a customer that the viewer may not read. */
export const organizationAt = (
  { loaders }: Loading,
  relation: CustomerRelation,
  side: Side,
): Promise<Organization | null> =>
  relation[`${side}Kind`] === 'CUSTOMER'
    ? loaders.customer.load(relation[`${side}Id`])
    : loaders.externalOrganization.load(relation[`${side}Id`]);

export const counterpartyOf = (
  context: Loading,
  relation: SeenRelation,
): Promise<Organization | null> =>
  organizationAt(context, relation, isSeenFromFrom(relation) ? 'to' : 'from');

/** What companies belong to today. */
export const parentRelationLoader = (context: RequestContext): Loader<CustomerRelation> =>
  loaderBy(async (customerIds) => {
    const rows = await readableRelations(
      context,
      and([
        sql`t.fromId IN (${customerIds.map(idToBytes)})`,
        sql`t.type = ${subsidiary}`,
        activeOnSql('t', companyDate(context.app.now())),
      ]),
      customerIds.length,
    );
    return new Map(rows.map((row) => [row.fromId, row]));
  });

const subsidiary = 'SUBSIDIARY_OF';

const readableRelations = (
  { app, viewer }: RequestContext,
  condition: Sql,
  limit: number,
): Promise<CustomerRelation[]> => {
  const scope = scopeSql(viewer, 'read', {
    entity: CustomerRelationEntity,
    alias: 't',
    now: app.now(),
  });
  return selectRows(
    app.db.manager,
    CustomerRelationEntity,
    sql`WHERE ${and([condition, raw('t.deletedAt IS NULL'), scope])}
      ORDER BY t.id LIMIT ${raw(String(limit))}`,
  );
};

const depthMax = 10;
const nodesMax = 500;

export type OrganizationNode = {
  readonly id: string;
  readonly parentId: string | null;
  readonly depth: number;
  /** Its relation to the one above; null for the root. */
  readonly relation: CustomerRelation | null;
  readonly organization: Organization | null;
};

export type OrganizationTree = {
  readonly nodes: readonly OrganizationNode[];
  readonly isTruncated: boolean;
};

type TreeArgs = {
  readonly rootId: string;
  readonly type: string;
  readonly depth: number;
  readonly asOf?: string | null;
};

/** What stands below an organisation, level by level; each organisation once, where it comes first. */
export async function organizationTree(
  context: RequestContext & Loading,
  { rootId, type, depth, asOf }: TreeArgs,
): Promise<OrganizationTree> {
  if (depth < 1 || depth > depthMax) throw invalid(`A tree is 1 to ${depthMax} levels deep`);
  const root = isId(rootId) ? await loadOrganization(context, rootId) : null;
  if (!root) return { nodes: [], isTruncated: false };
  const day = asOf ?? companyDate(context.app.now());
  const top = { id: rootId, parentId: null, depth: 0, relation: null, organization: root };
  return growTree(context, top, { type, day, depth });
}

type Growing = { readonly type: string; readonly day: string; readonly depth: number };

async function growTree(
  context: RequestContext & Loading,
  top: OrganizationNode,
  growing: Growing,
): Promise<OrganizationTree> {
  const nodes: OrganizationNode[] = [top];
  let level: readonly OrganizationNode[] = [top];
  for (let depth = 1; level.length > 0; depth += 1) {
    const below = await nodesBelow(context, level, { ...growing, depth });
    const fresh = below.filter(({ id }) => nodes.every((known) => known.id !== id));
    const room = depth > growing.depth ? 0 : nodesMax - nodes.length;
    level = fresh.slice(0, room);
    nodes.push(...level);
    if (fresh.length > room) return { nodes, isTruncated: true };
  }
  return { nodes, isTruncated: false };
}

async function nodesBelow(
  context: RequestContext & Loading,
  level: readonly OrganizationNode[],
  { type, day, depth }: Growing,
): Promise<OrganizationNode[]> {
  const relations = await readableRelations(
    context,
    and([
      sql`t.toId IN (${level.map(({ id }) => idToBytes(id))})`,
      sql`t.type = ${type}`,
      activeOnSql('t', day),
    ]),
    nodesMax + 1,
  );
  const first = new Map(relations.toReversed().map((relation) => [relation.fromId, relation]));
  return Promise.all(
    relations
      .filter((relation) => first.get(relation.fromId) === relation)
      .map(async (relation) => ({
        id: relation.fromId,
        parentId: relation.toId,
        depth,
        relation,
        organization: await organizationAt(context, relation, 'from'),
      })),
  );
}

const loadOrganization = async ({ loaders }: Loading, id: string): Promise<Organization | null> =>
  (await loaders.customer.load(id)) ?? (await loaders.externalOrganization.load(id));
