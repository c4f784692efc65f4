import { subjectOf } from './envelope.ts';
import { markPublished, type Published, type Unpublished } from './outbox.ts';
import type { RelayScope } from './relay-publish.ts';

/** What the stream has acknowledged and the outbox does not know yet. */
export type Unmarked = {
  readonly add: (event: Unpublished, seq: number) => void;
  readonly has: (event: Unpublished) => boolean;
  /** Where the stream keeps the last of them on a subject. */
  readonly lastSeq: (subject: string) => number | undefined;
  /** When the first of them was acknowledged, by `performance.now()`; Infinity without any. */
  readonly since: () => number;
  /**
   * Tells the outbox, all at once, because each commit costs as much as recording the event did. A
   * relay that dies before publishes them again, which the stream notices.
   */
  readonly mark: () => Promise<void>;
};

export function createUnmarked({
  db,
  onAcknowledged,
}: Pick<RelayScope, 'db' | 'onAcknowledged'>): Unmarked {
  const published = new Map<number, Published>();
  const lastSeqs = new Map<string, number>();
  let since = Infinity;
  return {
    add: (event, seq) => {
      since = Math.min(since, performance.now());
      published.set(event.id, { id: event.id, seq });
      lastSeqs.set(subjectOf(event), seq);
    },
    has: ({ id }) => published.has(id),
    lastSeq: (subject) => lastSeqs.get(subject),
    since: () => since,
    mark: async () => {
      if (published.size === 0) return;
      await onAcknowledged?.();
      await markPublished(db, [...published.values()]);
      published.clear();
      lastSeqs.clear();
      since = Infinity;
    },
  };
}
