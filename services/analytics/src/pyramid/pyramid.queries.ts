import type { RequestContext } from '@crm/kit/context';
import { notFound } from '@crm/kit/errors';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import type { Labels } from '@crm/kit/record/field';
import { pagesBy, type PagesBy } from '@crm/kit/record/pages-by';
import { scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql, type Sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { visibleIds } from '../customer/member-page.ts';
import { countOf, shownTiers, type ShownTier, type TierFigures } from './figures.ts';
import { noEnd } from './placement.repository.ts';
import {
  PyramidDefinitionEntity,
  type PyramidDefinition,
  type PyramidSnapshot,
} from './pyramid.fields.ts';
import { snapshotAsOf } from './snapshot.repository.ts';
import { decimalOf, unitsOf } from './units.ts';

/** A pyramid that the viewer may read; NOT_FOUND for every other. */
export async function definitionOf(
  { app, viewer }: RequestContext,
  code: string,
): Promise<PyramidDefinition> {
  const entity = PyramidDefinitionEntity;
  const scope = scopeSql(viewer, 'read', { entity, alias: 't', now: app.now() });
  const [definition] = await selectRows(
    app.db.manager,
    entity,
    sql`WHERE t.code = ${code} AND t.deletedAt IS NULL AND ${scope}`,
  );
  if (!definition) throw notFound('PyramidDefinition', code.slice(0, 64));
  return definition;
}

/** The latest snapshot as of a day at the latest; NOT_FOUND when none was finished by then. */
export async function snapshotOf(
  context: RequestContext,
  { definition, asOf }: { readonly definition: string; readonly asOf?: string | null },
): Promise<PyramidSnapshot> {
  const { id, code } = await definitionOf(context, definition);
  const snapshot = await snapshotAsOf(context.app.db.manager, id, asOf ?? null);
  if (!snapshot) throw notFound('PyramidSnapshot', asOf ? `${code} as of ${asOf}` : `of ${code}`);
  return snapshot;
}

/** What the viewer is shown of a snapshot: everybody's figures, or those of the customers that he may read. */
export type Shown = {
  readonly subjectCount: number;
  readonly unplacedCount: number | null;
  readonly tiers: readonly TierOfSnapshot[];
};

export type TierOfSnapshot = ShownTier & { readonly snapshot: PyramidSnapshot };

const shownInRequests = new WeakMap<RequestContext, WeakMap<PyramidSnapshot, Promise<Shown>>>();

/** Its figures are asked for field by field, and read once for a request. */
export function shownOf(context: RequestContext, snapshot: PyramidSnapshot): Promise<Shown> {
  const known = shownInRequests.get(context) ?? new WeakMap<PyramidSnapshot, Promise<Shown>>();
  shownInRequests.set(context, known);
  const shown = known.get(snapshot) ?? readShown(context, snapshot);
  known.set(snapshot, shown);
  return shown;
}

async function readShown(context: RequestContext, snapshot: PyramidSnapshot): Promise<Shown> {
  const isWhole = visibleIds(context) === null;
  const tiers = isWhole ? (snapshot.tiers ?? []) : await visibleTiers(context, snapshot);
  return {
    subjectCount: countOf(tiers),
    unplacedCount: isWhole ? snapshot.unplacedCount : null,
    tiers: shownTiers(tiers).map((tier) => ({ ...tier, snapshot })),
  };
}

/** Values are kept as they are now: of a snapshot that others followed they are not known any more. */
async function visibleTiers(
  context: RequestContext,
  snapshot: PyramidSnapshot,
): Promise<TierFigures[]> {
  const visible = visibleIds(context);
  const { manager } = context.app.db;
  const latest = await snapshotAsOf(manager, snapshot.definitionId, null);
  const { text, values } = sql`SELECT m.tier, COUNT(*) AS total, CAST(SUM(m.value) AS CHAR) AS sum
    FROM (${visible}) seen JOIN pyramidPlacement m ON m.subjectId = seen.id
    WHERE ${placedAt(snapshot)} GROUP BY m.tier`;
  const rows: { tier: string; total: number; sum: string | null }[] = await manager.query(text, [
    ...values,
  ]);
  const isLatest = latest?.id === snapshot.id;
  return (snapshot.tiers ?? []).map((tier) => {
    const found = rows.find((row) => row.tier === tier.code);
    const sum = isLatest && !tier.isBase ? decimalOf(unitsOf(found?.sum ?? '0')) : null;
    return { ...tier, count: found?.total ?? 0, sum, measures: [] };
  });
}

type At = Pick<PyramidSnapshot, 'definitionId' | 'seq'>;

/** Which rows `m` of the places held at a snapshot. */
export const placedAt = ({ definitionId, seq }: At): Sql =>
  sql`m.definitionId = ${idToBytes(definitionId)} AND m.fromSeq <= ${seq} AND m.toSeq > ${seq}`;

export type Placement = {
  readonly tier: string;
  readonly tiers: readonly TierFigures[];
  readonly value: string | null;
  readonly since: string;
  readonly asOf: string;
};

type PlaceArgs = { readonly definition: string; readonly asOf?: string | null };

/** Held in an object, as nothing is no answer of a page. */
export type PlacementsOfCustomer = PagesBy<PlaceArgs, { readonly placement: Placement | null }>;

/** Where many customers stand, those that the viewer may read. */
export const placementsOfCustomers = (context: RequestContext): PlacementsOfCustomer =>
  pagesBy(async (customerIds, { definition, asOf }) => {
    const nobody = new Map(customerIds.map((id) => [id, { placement: null }]));
    const ids = customerIds.filter(isId);
    const { id: definitionId } = await definitionOf(context, definition);
    const { app, viewer } = context;
    const snapshot = await snapshotAsOf(app.db.manager, definitionId, asOf ?? null);
    if (!snapshot || ids.length === 0) return nobody;
    const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 'c', now: app.now() });
    const { text, values } =
      sql`SELECT m.subjectId, m.tier, m.toSeq, CAST(ROUND(m.value, 2) AS CHAR) AS value,
        (SELECT CAST(s.asOf AS CHAR) FROM pyramidSnapshot s
         WHERE s.definitionId = m.definitionId AND s.seq = m.fromSeq) AS since
      FROM pyramidPlacement m JOIN customer c ON c.id = m.subjectId AND c.deletedAt IS NULL
      WHERE ${placedAt(snapshot)} AND m.subjectId IN (${ids.map(idToBytes)}) AND ${scope}`;
    const rows: (Pick<Placement, 'since' | 'tier' | 'value'> & {
      subjectId: Uint8Array;
      toSeq: number;
    })[] = await app.db.manager.query(text, [...values]);
    const latest = asOf ? await snapshotAsOf(app.db.manager, definitionId, null) : snapshot;
    const isLatest = latest?.id === snapshot.id;
    const found = rows.map(({ subjectId, toSeq, value, ...row }) => {
      const placement: Placement = {
        ...row,
        value: isLatest && toSeq === noEnd ? value : null,
        tiers: snapshot.tiers ?? [],
        asOf: snapshot.asOf,
      };
      return [idFromBytes(subjectId), { placement }] as const;
    });
    return new Map<string, { readonly placement: Placement | null }>([...nobody, ...found]);
  });

type Named = { readonly code: string; readonly labels: Labels | null };

export const labelOf = ({ code, labels }: Named, locale: 'EN' | 'ZH_CN'): string =>
  (locale === 'EN' ? labels?.en : labels?.zh) ?? code;
