import { coalesce } from './coalesce.ts';
import type { Followed } from './follower.ts';
import {
  framesOf,
  type Asking,
  type ChangeFrame,
  type FramesScope,
  type Placed,
} from './frames.ts';
import type { Page, Position } from './reader.ts';

/** Cost that is asked of services at a time, and changes that are looked at. */
const batchCost = 4000;
const batchMax = 200;

/** Changes that are sent together, and what one goes on after who has all of them. */
export type Batch = { readonly placed: readonly Placed[]; readonly end: Position };

type Wanted = Pick<Followed, 'filter' | 'coalesceMs'> & {
  /** Of one change. */
  readonly cost: number;
};

/**
 * What of a page is sent, in batches: after each of them one may go on. Changes that were merged are
 * one batch, whatever their number, for the first may hold what came last.
 */
export function batchesOf(
  { filter, coalesceMs, cost }: Wanted,
  { from, page }: { readonly from: Position; readonly page: Page },
): readonly Batch[] {
  const { position: end } = page;
  const matching = page.changes.filter(filter.matches);
  if (coalesceMs > 0) {
    const merged = coalesce(matching);
    const isLast = (index: number): boolean => index === merged.length - 1;
    // Until the last of them is there, one has to go on before the first.
    const placed = merged.map((change, index) => ({ change, resume: isLast(index) ? end : from }));
    return [{ placed, end }];
  }
  const placed = matching.map((change) => ({
    change,
    resume: { stream: end.stream, seq: change.seq },
  }));
  const batches = slices(placed, sizeFor(cost)).map((slice) => ({
    placed: slice,
    end: slice.at(-1)?.resume ?? end,
  }));
  return [...batches.slice(0, -1), { placed: batches.at(-1)?.placed ?? [], end }];
}

/** The frames of a batch, of which services are asked for no more at a time than they bear. */
export async function framesOfBatch(
  scope: FramesScope,
  asking: Asking,
  { placed }: Batch,
): Promise<readonly ChangeFrame[]> {
  const frames: ChangeFrame[] = [];
  for (const slice of slices(placed, sizeFor(asking.checked.cost))) {
    frames.push(...(await framesOf(scope, asking, slice)));
  }
  return frames;
}

/** How many of them services are asked for at a time. */
export const sizeFor = (cost: number): number =>
  Math.max(1, Math.min(batchMax, Math.floor(batchCost / Math.max(1, cost))));

const slices = <Value>(values: readonly Value[], size: number): readonly (readonly Value[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
