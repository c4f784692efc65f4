import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '@crm/kit/errors';
import { refusedCursor, type Cursors, type SnapshotPlace } from './cursor.ts';
import type { Filter } from './filter.ts';
import type { Position, ReaderScope } from './reader.ts';

/** Begins with the oldest change that is kept. */
const earliest = 'earliest';

export type Start = {
  readonly position: Position;
  /** Where to go on with a snapshot before that. */
  readonly snapshot: SnapshotPlace | null;
};

type StartScope = ReaderScope & { readonly cursors: Cursors };

/** Where `after` says to go on; at the end when it says nothing. */
export async function startOf(
  { intake, bus, cursors }: StartScope,
  after: string | null,
  { hash }: Filter,
): Promise<Start> {
  const tail = await tailOf(intake);
  if (!tail) throw unavailable('Changes cannot be read at present');
  const { stream } = tail;
  if (after === null) return { position: { stream, seq: tail.recent.head() }, snapshot: null };
  if (after !== earliest) {
    const { snapshot, ...position } = cursors.read(after, hash);
    return { position, snapshot };
  }
  const { firstSeq } = await bus.streamState();
  return { position: { stream, seq: Math.max(firstSeq - 1, 0) }, snapshot: null };
}

/** As `startOf`, for one who is given changes alone. */
export async function startPosition(
  scope: StartScope,
  after: string | null,
  filter: Filter,
): Promise<Position> {
  const { position, snapshot } = await startOf(scope, after, filter);
  if (snapshot) throw refusedCursor('is one of a snapshot, which `changes` goes on with');
  return position;
}

const tailMsMax = 2000;
const lookMs = 20;

/** A gateway that has just started, or lost NATS for a moment, is given time to find the end. */
async function tailOf(intake: ReaderScope['intake']): Promise<ReturnType<typeof intake.tail>> {
  for (let waitedMs = 0; waitedMs < tailMsMax && !intake.tail(); waitedMs += lookMs) {
    await sleep(lookMs);
  }
  return intake.tail();
}
