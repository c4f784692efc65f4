import { FollowError } from './follow-error.ts';
import type { GraphError } from './feed-message.ts';
import { isRecord } from './is-record.ts';

/**
 * Why a connection ended, as far as it decides how long to wait: the server restarts, it is too busy,
 * this subject has too much open, the token is not accepted, an answer failed, or nobody knows.
 */
export type InterruptionKind = 'restart' | 'busy' | 'tooMany' | 'token' | 'failed' | 'lost';

/** The connection is over, and another one may do better. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;

  constructor(kind: InterruptionKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

const kinds: ReadonlyMap<number, InterruptionKind> = new Map([
  [1012, 'restart'],
  [1013, 'busy'],
  [4401, 'token'],
  [4403, 'token'],
  [4429, 'tooMany'],
]);

/** What graphql-ws says when a connection ends: a close, a failure, or errors about the operation. */
export function endingOf(cause: unknown): Error {
  if (Array.isArray(cause)) return refusalOf(cause.filter(isGraphError));
  if (!isRecord(cause)) return new Interruption('lost', 'The connection failed');
  const { code, reason, message } = cause;
  if (typeof code === 'number') {
    const text = typeof reason === 'string' && reason !== '' ? reason : 'The connection was closed';
    return new Interruption(kinds.get(code) ?? 'lost', `${text} (${code})`);
  }
  return new Interruption('lost', typeof message === 'string' ? message : 'The connection failed');
}

/** Codes of errors that pass by themselves. */
const passing: ReadonlyMap<unknown, InterruptionKind> = new Map<unknown, InterruptionKind>([
  ['SERVICE_UNAVAILABLE', 'busy'],
  ['TIMEOUT', 'busy'],
  ['INTERNAL', 'failed'],
  ['UNAUTHENTICATED', 'token'],
]);

function refusalOf(errors: readonly GraphError[]): Error {
  const [first] = errors;
  const message = first?.message ?? 'The graph gave no reason';
  const kind = passing.get(first?.extensions?.['code']);
  return kind ? new Interruption(kind, message) : new FollowError('REFUSED', message, errors);
}

const isGraphError = (value: unknown): value is GraphError =>
  isRecord(value) && typeof value['message'] === 'string';
