/** Every way this data source fails by itself. MySQL's own errors pass through as they are. */
export const haErrorCodes = [
  'HA_ABORTED',
  'HA_CLOSED',
  'HA_DEADLINE',
  'HA_MISCONFIGURED',
  'HA_NODE_DOWN',
  'HA_NO_READER',
  'HA_NO_WRITER',
  'HA_OUTCOME_UNKNOWN',
  'HA_POOL_EXHAUSTED',
  'HA_SESSION_LOST',
  'HA_STORAGE_FULL',
  'HA_TX_ABORTED',
] as const;

export type HaErrorCode = (typeof haErrorCodes)[number];

type Details = {
  /** Whether the work may have reached the disk of the surviving server. */
  readonly outcome?: 'not-committed' | 'unknown';
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
};

/** Codes after which the same unit of work may be run again, because it certainly did not commit. */
const retryable: ReadonlySet<HaErrorCode> = new Set([
  'HA_NODE_DOWN',
  'HA_NO_READER',
  'HA_NO_WRITER',
  'HA_POOL_EXHAUSTED',
  'HA_SESSION_LOST',
  'HA_TX_ABORTED',
]);

export class HaError extends Error {
  readonly code: HaErrorCode;
  readonly outcome: 'not-committed' | 'unknown';
  readonly isRetryable: boolean;
  readonly retryAfterMs: number;

  constructor(code: HaErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'HaError';
    this.code = code;
    this.outcome = details.outcome ?? 'not-committed';
    this.isRetryable = this.outcome === 'not-committed' && retryable.has(code);
    this.retryAfterMs = details.retryAfterMs ?? 1000;
  }
}

/** The error of this module inside what an ORM wrapped around it, or null. */
export function haErrorIn(error: unknown): HaError | null {
  if (error instanceof HaError) return error;
  if (typeof error === 'object' && error !== null && 'driverError' in error) {
    return haErrorIn(error.driverError);
  }
  return null;
}

/** Codes of errors after which a connection, or the server behind it, is gone. */
const lostCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_OFFLINE_MODE',
  'ER_SERVER_SHUTDOWN',
  'ER_SESSION_WAS_KILLED',
  'HA_NODE_DOWN',
  'PROTOCOL_CONNECTION_LOST',
]);

export function isLost(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('fatal' in error && error.fatal === true) return true;
  return 'code' in error && lostCodes.has(error.code);
}

/** Whether another server, or the same one a little later, may well answer a read. */
export const isElsewhereBetter = (error: unknown): boolean =>
  isLost(error) ||
  (error instanceof HaError &&
    (error.code === 'HA_POOL_EXHAUSTED' || error.code === 'HA_NO_READER'));

/** super_read_only (1290), read only mode (1836), read only transaction (1792), group refused (3100). */
const readOnlyNumbers: ReadonlySet<unknown> = new Set([1290, 1792, 1836, 3100]);

/** Nothing happened: the server no longer takes writes, so it is not the writer any more. */
export function isReadOnly(error: unknown): boolean {
  const number = errorNumber(error);
  if (!readOnlyNumbers.has(number)) return false;
  // 1290 is also said of --secure-file-priv and other options.
  return number !== 1290 || (error instanceof Error && /read-only/i.test(error.message));
}

/** Group replication has undone the transaction: another member changed the same rows, or it left the group. */
export const isRolledBack = (error: unknown): boolean => errorNumber(error) === 3101;

/** The server has ended a query at the limit that it was sent with, before this process did. */
export const isOutOfTime = (error: unknown): boolean => errorNumber(error) === 3024;

/** Disk full (1021), table full (1114), no file for a table (3675), and the system's own word for it. */
const fullNumbers: ReadonlySet<unknown> = new Set([1021, 1114, 3675]);
const noSpaceLeft = /\b(?:errno|errcode|error)\s*:?\s*28\b|no space left/i;

/** Says in words that a write found no room; any other error stays as it is. */
export function clarified(error: unknown, server = 'The server'): unknown {
  if (error instanceof HaError || !(error instanceof Error)) return error;
  const isFull = fullNumbers.has(errorNumber(error)) || noSpaceLeft.test(error.message);
  if (!isFull) return error;
  const message = `${server} has no room left for what was to be written. Reads go on; writes will as soon as there is room`;
  return new HaError('HA_STORAGE_FULL', message, { cause: error, retryAfterMs: 30_000 });
}

export function errorNumber(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errno' in error)) return null;
  return typeof error.errno === 'number' ? error.errno : null;
}

/** The shortest text that tells what went wrong: a code when there is one. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const isWorded = 'message' in error && typeof error.message === 'string';
  const message = isWorded ? String(error.message) : 'an error without words';
  if (!('code' in error) || typeof error.code !== 'string') return message;
  // Of a handshake that failed only the words say why.
  return error.code.startsWith('HANDSHAKE') ? message : error.code;
}
