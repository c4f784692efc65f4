import { invalid } from '@crm/kit/errors';
import type { Viewer } from '@crm/kit/viewer';
import type { RunRequest } from '../run.ts';
import type { Cursors } from './cursor.ts';
import { readFilter, type Filter } from './filter.ts';
import { createReader, type Position, type Reader, type ReaderScope } from './reader.ts';
import { lookAt } from './rights.ts';
import { checkSegment, lookAtSegment } from './segment.ts';
import { gapNotice, sourceOfChange, sourceOfNotice, type ChangeSource } from './source.ts';
import { startPosition } from './start-position.ts';

export type PageScope = ReaderScope & { readonly cursors: Cursors };

/** The arguments of `changeFeed`, as GraphQL read them. */
export type PageArguments = {
  readonly after?: string | null;
  readonly first: number;
  readonly filter: unknown;
};

type Connection = {
  readonly edges: readonly { readonly cursor: string; readonly node: ChangeSource }[];
  readonly nodes: readonly ChangeSource[];
  readonly pageInfo: Readonly<Record<string, unknown>>;
};

type Asking = {
  readonly filter: Filter;
  readonly first: number;
  readonly viewer: Viewer;
  readonly call: RunRequest['call'];
};

const readAtOnce = 500;
/** Pages that are read for one answer, most of which a narrow filter leaves out. */
const readsMax = 40;

/** A page of changes, as the resolver of `changeFeed` gives it. */
export async function readChangePage(
  scope: PageScope,
  { after, first, filter: given }: PageArguments,
  { viewer, call }: Pick<Asking, 'viewer' | 'call'>,
): Promise<Connection> {
  if (first < 1) throw invalid('first: at least 1', [{ path: 'first', message: 'at least 1' }]);
  const filter = readFilter(given);
  await checkSegment(call, filter);
  const position = await startPosition(scope, after ?? null, filter);
  const reader = createReader(scope);
  try {
    const found = await collect(scope, { reader, position }, { filter, first, viewer, call });
    return connectionOf(found.nodes, found.isEnd, cursorAt(scope, filter, found.position));
  } finally {
    await reader.close();
  }
}

type Place = { readonly reader: Reader; readonly position: Position };
type Found = {
  readonly nodes: readonly ChangeSource[];
  readonly position: Position;
  readonly isEnd: boolean;
};

async function collect(scope: PageScope, place: Place, asking: Asking): Promise<Found> {
  const { filter, first, viewer, call } = asking;
  const nodes: ChangeSource[] = [];
  let { position } = place;
  for (let read = 0; read < readsMax; read += 1) {
    const page = await place.reader.next(position, readAtOnce);
    if (page.gap) {
      const cursor = cursorAt(scope, filter, page.position);
      nodes.push(sourceOfNotice(gapNotice(page.gap), page.position, cursor));
    }
    const matching = page.changes.filter(filter.matches);
    const [look, isOfSegment] = await Promise.all([
      lookAt(matching, viewer, call),
      lookAtSegment(matching, filter, call),
    ]);
    for (const change of matching) {
      const at = { stream: page.position.stream, seq: change.seq };
      if (look(change) === 'hidden' || !isOfSegment(change)) continue;
      nodes.push(sourceOfChange(change, cursorAt(scope, filter, at), look(change)));
      if (nodes.length >= first) return { nodes, position: at, isEnd: isLast(page, change) };
    }
    ({ position } = page);
    if (page.isEnd) return { nodes, position, isEnd: true };
  }
  return { nodes, position, isEnd: false };
}

const isLast = (
  { changes, isEnd }: { readonly changes: readonly unknown[]; readonly isEnd: boolean },
  change: unknown,
): boolean => isEnd && changes.at(-1) === change;

const cursorAt = ({ cursors }: PageScope, { hash }: Filter, { stream, seq }: Position): string =>
  cursors.write({ stream, filter: hash, seq, snapshot: null });

const connectionOf = (
  nodes: readonly ChangeSource[],
  isEnd: boolean,
  endCursor: string,
): Connection => ({
  edges: nodes.map((node) => ({ cursor: node.cursor, node })),
  nodes,
  pageInfo: {
    hasNextPage: !isEnd,
    hasPreviousPage: false,
    startCursor: nodes[0]?.cursor ?? endCursor,
    endCursor,
  },
});
