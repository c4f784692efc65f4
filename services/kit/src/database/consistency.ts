import {
  formatGtidSet,
  lastGtids,
  noGtids,
  parseGtidSet,
  type GtidSet,
} from '../data-source/gtid.ts';
import { createScope, currentScope, runInScope } from '../data-source/scope.ts';
import { now } from '../data-source/time.ts';
import { AppError } from '../errors.ts';

/** The part of a request that decides what its reads may see. */
export type ConsistencyWishes = {
  readonly lane: 'interactive' | 'reporting';
  /** What an earlier answer told: nothing older is shown. */
  readonly consistency: string | null;
  /** Epoch milliseconds of this machine's clock. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
};

/** What an answer tells of the state it shows. */
export type Consistency = {
  /** To be sent with later requests that must not see less. Null when nothing was written. */
  readonly token: string | null;
  /** `standby` when anything at all was read from it. */
  readonly node: 'source' | 'standby';
  /** How old the rows of the standby were at most, in milliseconds; null when that is unknown. */
  readonly staleMs: number | null;
};

/** A report reads the replica unless that is further behind than this. */
const reportStaleMsMax = 10_000;

/**
 * Runs a request so that its statements honour its token, its lane, its deadline and its caller's
 * patience, without any of these being passed on.
 */
export function runConsistently<Value>(wishes: ConsistencyWishes, work: () => Value): Value {
  const isReport = wishes.lane === 'reporting';
  const scope = createScope({
    preference: isReport ? 'replica-first' : null,
    maxStaleMs: isReport ? reportStaleMsMax : null,
    deadline: now() + wishes.deadlineAt - Date.now(),
    signal: wishes.signal,
    token: wishes.consistency === null ? noGtids : parseToken(wishes.consistency),
  });
  return runInScope(scope, work);
}

/** What came of the request that is running, or null outside of one. */
export function currentConsistency(): Consistency | null {
  const scope = currentScope();
  if (!scope) return null;
  return {
    token: formatToken(scope.token),
    node: scope.hasReadReplica ? 'standby' : 'source',
    staleMs: Number.isFinite(scope.staleMs) ? Math.round(scope.staleMs) : null,
  };
}

/** Characters. A token names a few servers; more is not one of ours. */
const tokenLengthMax = 2000;

/** Opaque to clients: it tells how transactions are counted, and that may change. */
const formatToken = (set: GtidSet): string | null =>
  set.size === 0 ? null : Buffer.from(formatGtidSet(lastGtids(set))).toString('base64url');

function parseToken(token: string): GtidSet {
  try {
    if (token.length > tokenLengthMax) throw new Error('too long');
    const set = parseGtidSet(Buffer.from(token, 'base64url').toString('utf8'));
    if (set.size === 0) throw new Error('empty');
    return set;
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The consistency token is not one that was given out', {
      cause,
    });
  }
}
