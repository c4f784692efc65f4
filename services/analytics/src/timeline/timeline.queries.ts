import type { RequestContext } from '@crm/kit/context';
import { idFromBytes, isId } from '@crm/kit/id';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { pagesBy, parentTable, type PagesBy } from '@crm/kit/record/pages-by';
import { readingOf, readsCompany, scopeSql } from '@crm/kit/record/policy';
import type { FieldClass } from '@crm/kit/record/field';
import { sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { entriesSql } from './timeline.repository.ts';
import {
  cursorOf,
  readCursor,
  timelineKinds,
  type TimelineEntry,
  type TimelineKind,
} from './timeline.ts';

type TimelineArgs = {
  readonly kinds?: readonly TimelineKind[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
};

/** Nobody needs the number of all, which would cost as much as reading them. */
export type Timeline = Omit<Connection<TimelineEntry>, 'totalCount'>;

export type Timelines = PagesBy<TimelineArgs, Timeline>;

const classes: readonly FieldClass[] = ['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL'];

/** What happened to many customers in one statement; nothing of those whom the viewer may not read. */
export const timelinesOfCustomers = (context: RequestContext): Timelines =>
  pagesBy(async (customerIds, args) => {
    const size = pageSize(context, args);
    const after = args.after ? readCursor(args.after) : null;
    const found = await readEntries(context, customerIds.filter(isId), {
      kinds: kindsOf(context, args),
      after,
      limit: size + 1,
    });
    return new Map(
      customerIds.map((id) => [id, pageOf(found.get(id) ?? [], { size, isFirst: after === null })]),
    );
  });

/** No partner reads of competitors. */
function kindsOf({ viewer }: RequestContext, { kinds }: TimelineArgs): readonly TimelineKind[] {
  const wanted = timelineKinds.filter((kind) => kinds?.includes(kind) ?? true);
  return readsCompany(viewer) ? wanted : wanted.filter((kind) => kind !== 'COMPETITION');
}

type Asked = Omit<Parameters<typeof entriesSql>[0], 'classes'>;

type Row = Omit<TimelineEntry, 'from' | 'id' | 'staffId' | 'to'> & {
  readonly parentId: Uint8Array;
  readonly id: Uint8Array;
  readonly staffId: Uint8Array | null;
  readonly fromValue: string | null;
  readonly toValue: string | null;
};

async function readEntries(
  { app, viewer }: RequestContext,
  ids: readonly string[],
  asked: Asked,
): Promise<ReadonlyMap<string, readonly TimelineEntry[]>> {
  const found = new Map<string, TimelineEntry[]>();
  if (ids.length === 0 || asked.kinds.length === 0) return found;
  const readable = classes.filter((each) => readingOf(viewer, each) === 'read');
  const scope = scopeSql(viewer, 'read', { entity: CustomerEntity, alias: 't', now: app.now() });
  const { text, values } = sql`SELECT p.parentId, e.*
    FROM ${parentTable(ids)} p JOIN customer t ON t.id = p.parentId AND t.deletedAt IS NULL AND ${scope},
    LATERAL (${entriesSql({ ...asked, classes: readable })}) e
    ORDER BY e.at DESC, e.kindRank DESC, e.id DESC`;
  const rows: Row[] = await app.db.manager.query(text, [...values]);
  for (const { parentId, id, staffId, fromValue, toValue, ...row } of rows) {
    const customerId = idFromBytes(parentId);
    const entries = found.get(customerId) ?? [];
    entries.push({
      ...row,
      id: idFromBytes(id),
      staffId: staffId && idFromBytes(staffId),
      from: fromValue,
      to: toValue,
    });
    found.set(customerId, entries);
  }
  return found;
}

function pageOf(
  entries: readonly TimelineEntry[],
  { size, isFirst }: { readonly size: number; readonly isFirst: boolean },
): Timeline {
  const nodes = entries.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: entries.length > size,
      hasPreviousPage: !isFirst,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
