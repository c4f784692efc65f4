import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { writeListCursor } from '@crm/kit/record/list-cursor';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { placeIn } from '../score/history.queries.ts';
import type { Simulated } from './simulation.ts';

/** Who changes grade, in an order that stays. */
export type MoverList = {
  readonly count: number;
  readonly read: (from: number, size: number) => Promise<readonly Simulated[]>;
};

type PageArgs = { readonly first?: number | null; readonly after?: string | null };

/** A page of the movers. Their places are the cursor. */
export async function moverPage(
  context: RequestContext,
  { count, read }: MoverList,
  args: PageArgs,
): Promise<Connection<Simulated>> {
  const size = pageSize(context, args);
  const start = args.after ? startAfter(args.after) : 0;
  const edges = (await read(start, size)).map((node, at) => ({
    cursor: writeListCursor(['mover'], [start + at]),
    node,
  }));
  return {
    nodes: edges.map(({ node }) => node),
    edges,
    pageInfo: {
      hasNextPage: start + size < count,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => Promise.resolve(count),
  };
}

function startAfter(cursor: string): number {
  const at = Number(placeIn(cursor, 'mover')[0]);
  if (!Number.isInteger(at) || at < 0) throw invalid('The cursor is not one of this list');
  return at + 1;
}
