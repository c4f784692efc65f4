import { AsyncLocalStorage } from 'node:async_hooks';
import { noGtids, unionGtids, type GtidSet } from './gtid.ts';
import type { ReadPreference } from './options.ts';

/** What a caller wishes of everything it reads and writes, and what came of it. */
export type Scope = {
  readonly preference: ReadPreference | null;
  /** How old rows may be at most, in milliseconds; null for any age. */
  readonly maxStaleMs: number | null;
  /** When the answer is no longer wanted, on this process's monotonic clock. */
  readonly deadline: number;
  readonly signal: AbortSignal | null;
  /** What the caller has seen: it is never shown less. Grows with each of its own writes. */
  token: GtidSet;
  /** Whether anything was read from a server that is not the writer, and how old it was at most. */
  hasReadReplica: boolean;
  staleMs: number;
};

export type Wishes = Partial<
  Pick<Scope, 'preference' | 'maxStaleMs' | 'deadline' | 'signal' | 'token'>
>;

const storage = new AsyncLocalStorage<Scope>();

export const createScope = (wishes: Wishes = {}): Scope => ({
  preference: wishes.preference ?? null,
  maxStaleMs: wishes.maxStaleMs ?? null,
  deadline: wishes.deadline ?? Infinity,
  signal: wishes.signal ?? null,
  token: wishes.token ?? noGtids,
  hasReadReplica: false,
  staleMs: 0,
});

/** Runs `work` with these wishes: they reach every statement below it without being passed on. */
export const runInScope = <Value>(scope: Scope, work: () => Value): Value =>
  storage.run(scope, work);

/** Kept back of a request's time, so that its caller still hears why it failed. */
const answerMs = 250;

/** Until when waiting for a server is of use to the request that is running. */
export const waitEnd = (): number => (storage.getStore()?.deadline ?? Infinity) - answerMs;

export const currentScope = (): Scope | undefined => storage.getStore();

/** Remembers the transactions that MySQL says a statement has just committed. */
export function noteCommitted(gtids: GtidSet): void {
  const scope = storage.getStore();
  if (scope) scope.token = unionGtids(scope.token, gtids);
}
