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
  const tail = intake.tail();
  if (!tail) throw unavailable('Changes cannot be read at present');
  if (after === null) return { stream: tail.stream, seq: tail.recent.head() };
  if (after !== earliest) return cursors.read(after, hash);
  const { firstSeq } = await bus.streamState();
  return { stream: tail.stream, seq: Math.max(firstSeq - 1, 0) };
}
