import type { TermRecord } from '../record.ts';
import type { TimedView, View } from './view.ts';

/** What a keeper knows of one server at one moment. */
export type Sight = {
  readonly name: string;
  /** `host:port`, as replicas name it. */
  readonly address: string;
  /** What it last said, null when it never did. */
  readonly view: TimedView | null;
  /** Whether it answered when it was last asked. */
  readonly isUp: boolean;
  readonly error: string | null;
  readonly failures: number;
  readonly silentMs: number;
  /** How long it has not been attached to the writer; 0 while it is. */
  readonly detachedMs: number;
  /** It has received all that the writer had when commits began to wait for it. */
  readonly isSynchronous: boolean;
  /** Somebody works on it right now. */
  readonly isBusy: boolean;
};

/** It receives and acknowledges; how far it has applied does not matter for what is safe. */
export function isAttached(view: TimedView, writer: View, quietMsMax: number): boolean {
  return view.sourceUuid === writer.uuid && view.receiver === 'ON' && view.quietMs <= quietMsMax;
}

/**
 * It started again since it was listed. What it had acknowledged and not yet applied is gone, until
 * it has fetched that once more: it may not be promoted.
 */
export function hasForgotten(
  { standbySince }: TermRecord,
  name: string,
  view: View | null,
): boolean {
  const since = standbySince[name];
  return since !== undefined && view !== null && view.startedAt !== since;
}
