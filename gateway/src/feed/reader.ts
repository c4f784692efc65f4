import type { Bus } from '@crm/kit/event/bus';
import type { History } from '@crm/kit/event/bus-follow';
import type { Log } from '@crm/kit/log';
import type { Change } from '@crm/schemas/changes/change';
import { changeSubject, readChange, type Intake, type Tail } from './intake.ts';

/** Where a follower stands: in which stream, and how far. */
export type Position = { readonly stream: string; readonly seq: number };

export type GapReason = 'EXPIRED' | 'RECREATED';

export type Page = {
  readonly changes: readonly Change[];
  /** What to go on after. */
  readonly position: Position;
  /** Why changes before these may be missing. */
  readonly gap: GapReason | null;
  /** Whether the page ends where the stream did when it was read. */
  readonly isEnd: boolean;
};

/** Reads the changes after a position, from memory as far as that reaches, else from the stream. */
export type Reader = {
  readonly next: (position: Position, limit: number) => Promise<Page>;
  readonly close: () => Promise<void>;
};

export type ReaderScope = { readonly bus: Bus; readonly intake: Intake; readonly log: Log };

export function createReader(scope: ReaderScope): Reader {
  let history: { readonly from: History; seq: number } | null = null;

  const close = async (): Promise<void> => {
    const open = history;
    history = null;
    await open?.from.close();
  };
  const readStream = async (tail: Tail, position: Position, limit: number): Promise<Page> => {
    const floor = tail.recent.floor();
    if (history?.seq !== position.seq) {
      await close();
      const { firstSeq } = await scope.bus.streamState();
      if (position.seq + 1 < firstSeq) return gapPage(tail, firstSeq - 1, 'EXPIRED');
      const place = { subject: changeSubject, afterSeq: position.seq };
      history = { from: await scope.bus.history(place), seq: position.seq };
    }
    const messages = await history.from.next(limit);
    const seq = messages.at(-1)?.seq ?? Math.max(position.seq, floor);
    history.seq = seq;
    const changes = messages.flatMap((message) => readChange(message, scope.log) ?? []);
    return { changes, position: { stream: tail.stream, seq }, gap: null, isEnd: false };
  };

  return {
    close,
    next: async (position, limit) => {
      const tail = scope.intake.tail();
      if (!tail) throw new Error('The stream was not read yet');
      if (position.stream !== tail.stream || (await isCutOff(scope, tail, position))) {
        await close();
        const { firstSeq } = await scope.bus.streamState();
        return gapPage(tail, firstSeq - 1, 'RECREATED');
      }
      if (position.seq < tail.recent.floor()) {
        try {
          return await readStream(tail, position, limit);
        } catch (error) {
          await close();
          throw error;
        }
      }
      if (history) await close();
      return recentPage(tail, position, limit);
    },
  };
}

/** Another gateway may be ahead of this one, but none is ahead of the stream. */
const isCutOff = async (
  { bus }: ReaderScope,
  { recent }: Tail,
  { seq }: Position,
): Promise<boolean> => seq > recent.head() && seq > (await bus.streamState()).lastSeq;

function recentPage({ stream, recent }: Tail, { seq }: Position, limit: number): Page {
  const changes = recent.after(seq, limit);
  const isEnd = changes.length < limit;
  const endSeq = isEnd ? Math.max(recent.head(), seq) : (changes.at(-1)?.seq ?? seq);
  return { changes, position: { stream, seq: endSeq }, gap: null, isEnd };
}

const gapPage = ({ stream }: Tail, seq: number, gap: GapReason): Page => ({
  changes: [],
  position: { stream, seq: Math.max(seq, 0) },
  gap,
  isEnd: false,
});
