import type { subgraphSchema } from './subgraph.ts';

type ResolverMap = Parameters<typeof subgraphSchema>[1];

/** Joins the resolvers of slices type by type. Two slices may not resolve the same field. */
export function mergeResolvers(maps: readonly ResolverMap[]): ResolverMap {
  const merged: Record<string, unknown> = {};
  for (const [type, resolvers] of maps.flatMap((map) => Object.entries(map))) {
    merged[type] = joinFields(type, merged[type], resolvers);
  }
  return Object.assign<ResolverMap, object>({}, merged);
}

function joinFields(type: string, before: unknown, added: unknown): unknown {
  if (typeof before !== 'object' || before === null || typeof added !== 'object') return added;
  const twice = Object.keys(added ?? {}).find((field) => Object.hasOwn(before, field));
  if (twice) throw new Error(`${type}.${twice} is resolved twice`);
  return { ...before, ...added };
}
