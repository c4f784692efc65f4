import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { placeIn } from './history.queries.ts';
import type { Simulated } from './simulation.ts';

type PageArgs = { readonly first?: number | null; readonly after?: string | null };

/** A page of the movers: the same draft over the same subjects gives them in the same order again. */
export function moverPage(
  context: RequestContext,
  movers: readonly Simulated[],
  args: PageArgs,
): Connection<Simulated> {
  const size = pageSize(context, args);
  const start = args.after ? startAfter(args.after) : 0;
  const edges = movers.slice(start, start + size).map((node, at) => ({
    cursor: writeListCursor(['mover'], [start + at]),
    node,
  }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: start + size < movers.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => Promise.resolve(movers.length),
  };
}

function startAfter(cursor: string): number {
  const at = Number(placeIn(cursor, 'mover')[0]);
  if (!Number.isInteger(at) || at < 0) throw invalid('The cursor is not one of this list');
  return at + 1;
}
