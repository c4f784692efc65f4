import { invalid } from '../errors.ts';
import { and, raw, sql, type Sql } from '../sql.ts';

type Bound = 'gt' | 'gte' | 'lt' | 'lte';
export type Having = { readonly measure?: number } & { readonly [Name in Bound]?: string | null };
export type Order = {
  readonly measure?: number | null;
  readonly field?: string | null;
  readonly direction?: 'ASC' | 'DESC';
};

/** Something that is selected. */
type Named = { readonly as: string };
type NamedKey = Named & { readonly field: string };

export const groupSql = (groups: readonly Named[]): Sql =>
  raw(groups.length > 0 ? `GROUP BY ${groups.map(({ as }) => as).join(', ')}` : '');

const bounds: readonly (readonly [Bound, string])[] = [
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
];

export const havingSql = (parts: readonly Sql[]): Sql =>
  parts.length === 0 ? raw('') : sql`HAVING ${and(parts)}`;

/** What groups must come to. */
export const havingParts = (figures: readonly Named[], having: readonly Having[]): readonly Sql[] =>
  having.flatMap((each) =>
    bounds.flatMap(([name, symbol]) => {
      const value = each[name];
      return value
        ? [sql`${raw(figureAt(figures, each.measure ?? 0).as)} ${raw(symbol)} ${value}`]
        : [];
    }),
  );

export function orderSql(
  keys: readonly NamedKey[],
  figures: readonly Named[],
  orderBy: readonly Order[],
): Sql {
  const wanted = orderBy.map(({ measure, field, direction }) => {
    const target = field ? keyNamed(keys, field).as : figureAt(figures, measure ?? 0).as;
    return `${target} ${direction === 'ASC' ? 'ASC' : 'DESC'}`;
  });
  // The group's own keys come last, so that equal figures keep their order from call to call.
  const all = [...wanted, ...keys.map(({ as }) => as)];
  return raw(all.length > 0 ? `ORDER BY ${all.join(', ')}` : '');
}

function figureAt(figures: readonly Named[], at: number): Named {
  const figure = figures[at];
  if (!figure) throw invalid(`There is no measure ${at}; they are counted from 0`);
  return figure;
}

function keyNamed(keys: readonly NamedKey[], field: string): Named {
  const key = keys.find((each) => each.field === field);
  if (!key) throw invalid(`${field} is none of the group fields`);
  return key;
}
