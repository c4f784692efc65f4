import type { RequestContext } from '@crm/kit/context';
import type { Connection } from '@crm/kit/record/page';
import type { PagesBy } from '@crm/kit/record/pages-by';
import { idToBytes } from '@crm/kit/id';
import { and, raw, sql, type Sql } from '@crm/kit/sql';
import {
  memberPages,
  visibleIds,
  visibleMembers,
  type MemberArgs,
} from '../customer/member-page.ts';
import { placedAt, snapshotOf } from './pyramid.queries.ts';
import type { PyramidSnapshot } from './pyramid.fields.ts';

export type Member = {
  readonly customer: { readonly id: string };
};

/** The customers of a tier; its parent is named by `tierKey`. */
export type TierMembers = PagesBy<MemberArgs, Connection<Member>>;

export const tierKey = ({ definitionId, seq }: PyramidSnapshot, tier: string): string =>
  [definitionId, seq, tier].join('/');

export const tierMembers = (context: RequestContext): TierMembers =>
  memberPages(context, {
    table: 'pyramidPlacement',
    columns: () => raw('1'),
    where: (key) => {
      const [definitionId = '', seq = '0', tier = ''] = key.split('/');
      return and([placedAt({ definitionId, seq: Number(seq) }), sql`m.tier = ${tier}`]);
    },
    read: (id) => ({ customer: { id } }),
  });

/** How customers went from tier to tier between two snapshots. */
export type Migration = {
  readonly from: PyramidSnapshot;
  readonly to: PyramidSnapshot;
  readonly cells: readonly Cell[];
};

/** Null is out of the pyramid. */
export type Cell = {
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
};

type MigrationArgs = {
  readonly definition: string;
  readonly from: string;
  readonly to: string;
};

export async function migrationOf(
  context: RequestContext,
  { definition, from, to }: MigrationArgs,
): Promise<Migration> {
  const before = await snapshotOf(context, { definition, asOf: from });
  const after = await snapshotOf(context, { definition, asOf: to });
  const visible = visibleIds(context);
  const source =
    visible === null ? raw('pyramidPlacement m') : visibleMembers(context, 'pyramidPlacement');
  const { text, values } =
    sql`SELECT fromTier AS \`from\`, toTier AS \`to\`, COUNT(*) AS count FROM (
      SELECT m.subjectId, ${tiersAt(before, after)} FROM ${source}
      WHERE m.definitionId = ${idToBytes(before.definitionId)} GROUP BY m.subjectId
    ) moved WHERE fromTier IS NOT NULL OR toTier IS NOT NULL GROUP BY fromTier, toTier`;
  const cells: Cell[] = await context.app.db.manager.query(text, [...values]);
  return { from: before, to: after, cells: inOrder(cells, before, after) };
}

const tierAt = (seq: number): Sql =>
  sql`MAX(IF(m.fromSeq <= ${seq} AND m.toSeq > ${seq}, m.tier, NULL))`;

const tiersAt = (before: At, after: At): Sql =>
  sql`${tierAt(before.seq)} AS fromTier, ${tierAt(after.seq)} AS toTier`;

type At = { readonly seq: number };

/** From the top down, those out of the pyramid last. */
const inOrder = (cells: readonly Cell[], before: PyramidSnapshot, after: PyramidSnapshot): Cell[] =>
  cells.toSorted(
    (a, b) =>
      placeIn(before, a.from) - placeIn(before, b.from) ||
      placeIn(after, a.to) - placeIn(after, b.to),
  );

const placeIn = ({ tiers }: PyramidSnapshot, code: string | null): number =>
  code === null ? placesMax : (tiers ?? []).findIndex((tier) => tier.code === code);

/** More than a pyramid has tiers. */
const placesMax = 1000;

export type Mover = Member & { readonly from: string | null; readonly to: string | null };

export type MoverArgs = MemberArgs & {
  readonly from?: string | null;
  readonly to?: string | null;
};

export type Movers = PagesBy<MoverArgs, Connection<Mover>>;

export const migrationKey = ({ from, to }: Migration): string =>
  [from.definitionId, from.seq, to.seq].join('/');

/** Whose tier is another than before; the parent is named by `migrationKey`. */
export const movers = (context: RequestContext): Movers =>
  memberPages<Mover, MoverArgs>(context, {
    table: 'pyramidPlacement',
    columns: (key) => {
      const { before, after } = readKey(key);
      return tiersAt(before, after);
    },
    where: (key) => sql`m.definitionId = ${idToBytes(readKey(key).definitionId)}`,
    having: (_, { from, to }) =>
      and([
        raw('NOT (fromTier <=> toTier)'),
        ...(from ? [sql`fromTier = ${from}`] : []),
        ...(to ? [sql`toTier = ${to}`] : []),
      ]),
    read: (id, { fromTier, toTier }) => ({
      customer: { id },
      from: tierNamed(fromTier),
      to: tierNamed(toTier),
    }),
  });

const tierNamed = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function readKey(key: string): { definitionId: string; before: At; after: At } {
  const [definitionId = '', before = '0', after = '0'] = key.split('/');
  return { definitionId, before: { seq: Number(before) }, after: { seq: Number(after) } };
}
