import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from '@crm/kit/errors';
import type { Cursors } from './cursor.ts';
import type { Filter } from './filter.ts';
import type { Position, ReaderScope } from './reader.ts';

/** Begins with the oldest change that is kept. */
const earliest = 'earliest';

/** Where `after` says to go on; at the end when it says nothing. */
export async function startPosition(
  { intake, bus, cursors }: ReaderScope & { readonly cursors: Cursors },
  after: string | null,
  { hash }: Filter,
): Promise<Position> {
  const tail = await tailOf(intake);
  if (!tail) throw unavailable('Changes cannot be read at present');
  if (after === null) return { stream: tail.stream, seq: tail.recent.head() };
  if (after !== earliest) return cursors.read(after, hash);
  const { firstSeq } = await bus.streamState();
  return { stream: tail.stream, seq: Math.max(firstSeq - 1, 0) };
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
