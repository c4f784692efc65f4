/** Every way a request can fail that a caller is meant to handle. The README explains each. */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'CONFLICT'
  | 'DUPLICATE'
  | 'FORBIDDEN'
  | 'INVALID'
  | 'NOT_FOUND'
  | 'RULE_VIOLATION'
  | 'SERVICE_UNAVAILABLE'
  | 'STORAGE_FULL'
  | 'TIMEOUT'
  | 'TOO_COSTLY'
  | 'UNAUTHENTICATED';

/** One input field that was refused. `path` is dotted, as in the input: `address.city`. */
export type FieldProblem = { readonly path: string; readonly message: string };

type Details = {
  readonly fields?: readonly FieldProblem[];
  readonly currentVersion?: number;
  readonly retryAfterMs?: number;
  /** What the caller needs to act on this error, never a value that it may not see. */
  readonly [detail: string]: unknown;
};

/**
 * A failure the caller is told about. Anything else that is thrown is a bug and is masked.
 * GraphQL copies `extensions` into the response, so no layer translates this error.
 */
export class AppError extends Error {
  readonly extensions: Details & { readonly code: ErrorCode };

  constructor(
    code: ErrorCode,
    message: string,
    details: Details & { readonly cause?: unknown } = {},
  ) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.extensions = { code, ...rest };
  }
}

/** Input that breaks a stated bound: the message names the fields, `extensions.fields` lists them. */
export const invalid = (message: string, fields: readonly FieldProblem[] = []): AppError =>
  new AppError('INVALID', message, fields.length > 0 ? { fields } : {});

/** Unknown and forbidden look alike, so that an id tells nothing to those without access. */
export const notFound = (kind: string, id: string): AppError =>
  new AppError('NOT_FOUND', `${kind} ${id} does not exist`);

export const forbidden = (message: string): AppError => new AppError('FORBIDDEN', message);

/** A rule of the business says no, whatever the input's shape. */
export const ruleViolation = (message: string): AppError => new AppError('RULE_VIOLATION', message);

/** The request may be repeated as it is after `retryAfterMs`. */
export const unavailable = (message: string, retryAfterMs = 1000): AppError =>
  new AppError('SERVICE_UNAVAILABLE', message, { retryAfterMs });
