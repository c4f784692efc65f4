import type { GraphError } from './feed-message.ts';

/**
 * REFUSED: the graph does not accept what is asked for: the selection, the filter, the stored cursor,
 * or the role. TOKEN_REFUSED: no token was accepted, several times in a row.
 */
export type FollowErrorCode = 'REFUSED' | 'TOKEN_REFUSED';

/** Trying again would not help: somebody has to change something. */
export class FollowError extends Error {
  override readonly name = 'FollowError';
  readonly code: FollowErrorCode;
  /** As the graph told them. */
  readonly errors: readonly GraphError[];

  constructor(code: FollowErrorCode, message: string, errors: readonly GraphError[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}
