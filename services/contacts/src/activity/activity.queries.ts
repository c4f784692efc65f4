import type { RequestContext } from '@crm/kit/context';
import type { Entity } from '@crm/kit/record/entity';
import { invalid } from '@crm/kit/errors';
import { idFromBytes, idToBytes } from '@crm/kit/id';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy, parentTable, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { joinSql, raw, sql, type Sql } from '@crm/kit/sql';
import { z } from 'zod';
import { AffiliationEntity } from '../affiliation/affiliation.fields.ts';
import { PromotionEntity } from '../affiliation/promotion.fields.ts';
import { InteractionEntity } from '../interaction/interaction.fields.ts';
import { PersonRelationshipEntity } from '../relationship/relationship.fields.ts';
import { activityKinds, type Activity, type ActivityKind } from './activity.ts';

export type ActivityArgs = {
  readonly kinds?: readonly ActivityKind[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
};

export type ActivityPages = PagesBy<ActivityArgs, Connection<Activity>>;

/** Pages of what happened with people, latest first, for many people in one statement. */
export function activityOfPerson(context: RequestContext): ActivityPages {
  const counts = pagesBy<ActivityArgs, number>((ids, args) => countActivity(context, ids, args));
  return pagesBy((ids, args) => readActivity(context, { ids, counts }, args));
}

type Wanted = { readonly ids: readonly string[]; readonly counts: PagesBy<ActivityArgs, number> };

async function readActivity(
  context: RequestContext,
  { ids, counts }: Wanted,
  args: ActivityArgs,
): Promise<ReadonlyMap<string, Connection<Activity>>> {
  const size = pageSize(context, args);
  const after = args.after ? readCursor(args.after) : null;
  const limit = raw(`LIMIT ${size + 1}`);
  const branches = branchesOf(context, args).map(
    (branch) => sql`(SELECT * FROM (${branch}) s
      WHERE ${after === null ? raw('TRUE') : afterSql(after)}
      ORDER BY s.at DESC, s.recordId DESC, s.kind DESC ${limit})`,
  );
  const { text, values } = sql`SELECT p.parentId, a.* FROM ${parentTable(ids)} p,
    LATERAL (SELECT * FROM (${joinSql(branches, ' UNION ALL ')}) u
      ORDER BY u.at DESC, u.recordId DESC, u.kind DESC ${limit}) a`;
  const rows: Row[] = await context.app.db.manager.query(text, [...values]);
  const found = new Map<string, Activity[]>(ids.map((id) => [id, []]));
  for (const row of rows) found.get(idFromBytes(row.parentId))?.push(activityOf(row));
  const isFirst = after === null;
  return new Map(
    [...found].map(([id, all]) => [
      id,
      connectionOf(all, {
        size,
        isFirst,
        totalCount: () => counts.load(id, { kinds: args.kinds ?? null }),
      }),
    ]),
  );
}

async function countActivity(
  context: RequestContext,
  ids: readonly string[],
  args: ActivityArgs,
): Promise<ReadonlyMap<string, number>> {
  const { text, values } = sql`SELECT p.parentId, a.total FROM ${parentTable(ids)} p,
    LATERAL (SELECT COUNT(*) AS total FROM (${joinSql(branchesOf(context, args), ' UNION ALL ')}) u) a`;
  const rows: { parentId: Uint8Array; total: number }[] = await context.app.db.manager.query(text, [
    ...values,
  ]);
  return new Map(rows.map(({ parentId, total }) => [idFromBytes(parentId), total]));
}

/** What is to come is no activity yet. */
function branchesOf(context: RequestContext, { kinds }: ActivityArgs): Sql[] {
  const wanted = kinds ?? activityKinds;
  if (wanted.length === 0) throw invalid('Name one kind at least, or leave kinds out');
  return [...new Set(wanted)].map(
    (kind) => sql`SELECT * FROM (${sources[kind](context)}) b WHERE b.at <= ${context.app.now()}`,
  );
}

type Row = {
  readonly parentId: Uint8Array;
  readonly kind: ActivityKind;
  readonly at: Date;
  readonly recordId: Uint8Array;
  readonly status: string | null;
};

const activityOf = ({ kind, at, recordId, status }: Row): Activity => ({
  kind,
  at,
  recordId: idFromBytes(recordId),
  status,
});

const readable = ({ viewer, app }: RequestContext, entity: Entity): Sql =>
  sql`t.deletedAt IS NULL AND ${scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() })}`;

/** The beginning of a day in the company's time zone. */
const beginOf = (column: string): string =>
  `CAST(CAST(${column} AS DATETIME) - INTERVAL 8 HOUR AS DATETIME(3))`;

const jobs =
  (kind: ActivityKind, column: 'validFrom' | 'validTo') =>
  (context: RequestContext): Sql => sql`SELECT ${kind} AS kind,
      ${raw(beginOf(`t.${column}`))} AS at, t.id AS recordId, NULL AS status
    FROM affiliation t WHERE t.personId = p.parentId AND ${raw(`t.${column}`)} IS NOT NULL
      AND ${readable(context, AffiliationEntity)}`;

const relations =
  (kind: ActivityKind, column: 'validFrom' | 'validTo') =>
  (context: RequestContext): Sql => sql`SELECT ${kind} AS kind,
      ${raw(beginOf(`t.${column}`))} AS at, t.id AS recordId, NULL AS status
    FROM personEdge e JOIN personRelationship t ON t.id = e.relationshipId
    WHERE e.personId = p.parentId AND ${raw(`t.${column}`)} IS NOT NULL
      AND ${readable(context, PersonRelationshipEntity)}`;

/** What happened with the person `p.parentId`, by kind. */
const sources: Readonly<Record<ActivityKind, (context: RequestContext) => Sql>> = {
  INTERACTION: (context) => sql`SELECT 'INTERACTION' AS kind, t.occurredAt AS at,
      t.id AS recordId, NULL AS status
    FROM interactionParty l JOIN interaction t ON t.id = l.interactionId
    WHERE l.partyId = p.parentId AND ${readable(context, InteractionEntity)}`,
  JOB_STARTED: jobs('JOB_STARTED', 'validFrom'),
  JOB_ENDED: jobs('JOB_ENDED', 'validTo'),
  PROMOTED: (context) => sql`SELECT 'PROMOTED' AS kind, ${raw(beginOf('t.promotedOn'))} AS at,
      t.id AS recordId, NULL AS status
    FROM promotion t WHERE t.personId = p.parentId AND ${readable(context, PromotionEntity)}`,
  RELATION_STARTED: relations('RELATION_STARTED', 'validFrom'),
  RELATION_ENDED: relations('RELATION_ENDED', 'validTo'),
  LIFE_EVENT: () => sql`SELECT 'LIFE_EVENT' AS kind, t.at, t.entityId AS recordId,
      t.changes->>'$.status.to' AS status
    FROM audit t WHERE t.entityId = p.parentId AND t.entity = 'Person' AND t.action = 'UPDATE'
      AND t.changes->>'$.status.to' IN ('DEPARTED', 'DECEASED')`,
};

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid(), z.enum(activityKinds)]);

type Cursor = z.infer<typeof cursorSchema>;

const cursorOf = ({ at, recordId, kind }: Activity): string =>
  Buffer.from(JSON.stringify([at.toISOString(), recordId, kind])).toString('base64url');

function readCursor(cursor: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw invalid('The cursor is not one of this list');
  }
}

const afterSql = ([at, recordId, kind]: Cursor): Sql =>
  sql`(s.at, s.recordId, s.kind) < (${new Date(at)}, ${idToBytes(recordId)}, ${kind})`;

type Around = {
  readonly size: number;
  readonly isFirst: boolean;
  readonly totalCount: () => Promise<number>;
};

function connectionOf(
  found: readonly Activity[],
  { size, isFirst, totalCount }: Around,
): Connection<Activity> {
  const nodes = found.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: !isFirst,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
