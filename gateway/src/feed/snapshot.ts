import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import { unavailable } from '@crm/kit/errors';
import { entityOfKind, type EntityType } from '@crm/schemas/changes/change';
import type { Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import { sizeFor } from './batches.ts';
import type { SnapshotPlace } from './cursor.ts';
import type { Filter } from './filter.ts';
import type { Followed, Follower } from './follower.ts';
import { framesOfSources, type FramesScope } from './frames.ts';
import { findRecords, type Condition, type Found } from './records.ts';
import { refusalOf } from './refusal.ts';
import { withRequest } from './request.ts';
import { failuresMax, retryMs } from './retry.ts';
import { lookAtMembers } from './segment.ts';
import type { Slots } from './slots.ts';
import { sourceOfRecord } from './source.ts';

export type SnapshotScope = FramesScope & {
  readonly graph: () => Graph;
  /** Throws what is wrong with an operation on this graph. */
  readonly check: (graph: Graph, followed: Followed) => Checked;
  readonly slots: Slots;
};

/** The most that a list gives at a time. */
const pageMax = 100;

/** Before the first record of the first kind. */
export const snapshotStart: SnapshotPlace = {
  kind: 0,
  afterId: '00000000-0000-0000-0000-000000000000',
};

/**
 * Sends one follower the records that its filter names, kind by kind and by id, as fast as they are
 * taken. Rejects when it cannot be gone on with.
 */
export async function sendSnapshot(
  scope: SnapshotScope,
  follower: Follower,
  start: SnapshotPlace,
): Promise<void> {
  const { outlet, followed } = follower;
  const kinds = kindsOf(followed.filter);
  let place = start;
  let failures = 0;
  while (place.kind < kinds.length) {
    await outlet.drained();
    if (follower.hasLeft) return;
    try {
      const at = { kinds, place };
      place = await scope.slots(() => sendPage(scope, follower, at));
      failures = 0;
    } catch (error) {
      failures += 1;
      const end = endOf(error, failures);
      if (end) throw end;
      if (failures === 1) scope.log.warn({ error: describeError(error) }, 'a snapshot waits');
      await wait(retryMs(failures));
    }
  }
}

/** In the order of the filter's name in cursors. */
const kindsOf = ({ entities }: Filter): readonly EntityType[] =>
  [...new Set(entities)].toSorted().flatMap((kind) => entityOfKind(kind) ?? []);

/** What to end with; null when it may go well another time. */
const endOf = (error: unknown, failures: number): Error | null =>
  refusalOf(error) ??
  (failures >= failuresMax ? unavailable('Records cannot be read at present') : null);

type At = { readonly kinds: readonly EntityType[]; readonly place: SnapshotPlace };

/** Gives the place after the page. */
async function sendPage(
  scope: SnapshotScope,
  { followed, outlet, position }: Follower,
  { kinds, place }: At,
): Promise<SnapshotPlace> {
  const entity = kinds[place.kind];
  if (!entity) throw new Error('unreachable');
  const checked = scope.check(scope.graph(), followed);
  const first = Math.min(pageMax, sizeFor(checked.cost));
  const page = { entity, afterId: place.afterId, first };
  const { records, wanted } = await findPage(scope, followed, page);
  const cursorOf = (afterId: string): string =>
    scope.cursors.write({
      ...position,
      filter: followed.filter.hash,
      snapshot: { kind: place.kind, afterId },
    });
  const sources = wanted.map((record) => sourceOfRecord(entity, record, cursorOf(record.id)));
  for (const frame of await framesOfSources(scope, { checked, followed }, sources)) {
    outlet.send(frame);
  }
  const last = records.at(-1);
  return last && records.length === first
    ? { kind: place.kind, afterId: last.id }
    : { ...snapshotStart, kind: place.kind + 1 };
}

type Page = { readonly entity: EntityType; readonly afterId: string; readonly first: number };

/** The next records, and which of them the filter wants: who is in its segment no list knows. */
async function findPage(
  scope: SnapshotScope,
  { viewer, filter }: Followed,
  page: Page,
): Promise<{ readonly records: readonly Found[]; readonly wanted: readonly Found[] }> {
  const where = conditionFor(page.entity, filter);
  if (where === 'none') return { records: [], wanted: [] };
  return withRequest(scope, viewer, async ({ call }) => {
    const records = await findRecords(call, { ...page, where });
    return { records, wanted: records.filter(await lookAtMembers(records, filter, call)) };
  });
}

/** What of a filter holds for records as they are: the rest is about changes. */
export function conditionFor(
  { kind, access, owner, standing }: EntityType,
  { customerIds, ownerIds }: Pick<Filter, 'customerIds' | 'ownerIds'>,
): Condition | null | 'none' {
  const owned = ownerIds && owner ? { ...standing, [owner]: { in: ownerIds } } : (standing ?? null);
  if (!customerIds) return owned;
  if (kind === 'CUSTOMER') return { id: { in: customerIds }, ...owned };
  return access === 'customer' ? { customerId: { in: customerIds }, ...owned } : 'none';
}
