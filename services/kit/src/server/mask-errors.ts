import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { asAppError } from '../database/cluster-failure.ts';
import { AppError, type ErrorCode, type FieldProblem } from '../errors.ts';

/** Every code that a client may see. INTERNAL is never thrown: it stands for a bug. */
export type PublicCode = ErrorCode | 'INTERNAL';

/** What GraphQL itself finds wrong with a request, before a resolver runs. */
const codeOfApollo: Readonly<Record<string, ErrorCode>> = {
  BAD_REQUEST: 'BAD_REQUEST',
  BAD_USER_INPUT: 'INVALID',
  GRAPHQL_PARSE_FAILED: 'BAD_REQUEST',
  GRAPHQL_VALIDATION_FAILED: 'BAD_REQUEST',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
};

const statusOfCode: Readonly<Record<PublicCode, number>> = {
  BAD_REQUEST: 400,
  CONFLICT: 409,
  DUPLICATE: 409,
  FORBIDDEN: 403,
  INTERNAL: 500,
  INVALID: 400,
  NOT_FOUND: 404,
  RULE_VIOLATION: 422,
  SERVICE_UNAVAILABLE: 503,
  STORAGE_FULL: 507,
  TIMEOUT: 504,
  TOO_COSTLY: 400,
  UNAUTHENTICATED: 401,
};

/** Every code that a client may see; the README explains each. */
export const publicCodes: readonly string[] = Object.keys(statusOfCode);

export const isPublicCode = (code: unknown): code is PublicCode =>
  typeof code === 'string' && Object.hasOwn(statusOfCode, code);

export const httpStatus = (code: PublicCode): number => statusOfCode[code];

/** What the caller may know of an error. `formatted` is Apollo's view of the same error. */
export function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = causeOf(error);
  const path = formatted.path ? { path: formatted.path } : {};
  if (cause instanceof AppError) {
    return { message: cause.message, ...path, extensions: { ...cause.extensions } };
  }
  if (!(error instanceof GraphQLError)) return internal(path);
  const code = requestCode(formatted, error);
  if (!code) return internal(path);

  if (code === 'INVALID') {
    const field = refusedField(error);
    const message = `${field.path}: ${field.message}`;
    return { message, ...path, extensions: { code, fields: [field] } };
  }
  const locations = formatted.locations ? { locations: formatted.locations } : {};
  return { message: formatted.message.slice(0, 1000), ...locations, ...path, extensions: { code } };
}

function causeOf(error: unknown): unknown {
  const thrown = unwrapResolverError(error);
  return asAppError(thrown) ?? asBrokenText(thrown) ?? thrown;
}

const invalidJsonText = 3140;

/** MySQL takes no half of a character in JSON, and says so by this number; we write all JSON ourselves. */
function asBrokenText(error: unknown): AppError | null {
  if (!(error instanceof Error) || Reflect.get(error, 'errno') !== invalidJsonText) return null;
  return new AppError(
    'INVALID',
    'A value holds half of a character, which is no valid Unicode text',
  );
}

/** True for everything that the caller is not to blame for and that no code foresaw. */
export const isBug = (error: unknown): boolean =>
  maskError(formatOf(error), error).extensions?.['code'] === 'INTERNAL';

/** An error outside of GraphQL: the status and the body of the answer. */
export function failure(error: unknown): { readonly status: number; readonly text: string } {
  const masked = maskError(formatOf(error), error);
  const status = error instanceof AppError ? statusOfCode[error.extensions.code] : 500;
  return { status, text: JSON.stringify({ errors: [masked] }) };
}

const internal = (path: Pick<GraphQLFormattedError, 'path'>): GraphQLFormattedError => ({
  message: 'Internal error',
  ...path,
  extensions: { code: 'INTERNAL' },
});

function formatOf(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON();
  return { message: error instanceof Error ? error.message : 'Unknown error' };
}

/** The code of an error that GraphQL raised about the request, none for one raised by a resolver. */
function requestCode(formatted: GraphQLFormattedError, error: GraphQLError): ErrorCode | undefined {
  if (error.path) return error.message.startsWith('Argument "') ? 'INVALID' : undefined;
  // The gateway knows the shape of custom scalars only by name, so their literals are judged here.
  if (error.message.startsWith('Expected value of type "')) return 'INVALID';
  return codeOfApollo[String(formatted.extensions?.['code'])];
}

/**
 * `Variable "$input" got invalid value 7 at "input.name"; String cannot …` is about `input.name`.
 * The value is left out: it may be a megabyte long.
 */
function refusedField(error: GraphQLError): FieldProblem {
  const reason = error.originalError?.message ?? error.message;
  const prefix = error.message.slice(0, -reason.length);
  const named = firstGroup(/^(?:Variable "\$|Argument ")(\w+)"/, error.message) ?? '';
  const path = firstGroup(/ at "([\w.[\]]+)"; $/, prefix) ?? named;
  const member = firstGroup(/^Field "(\w+)" (?:of required type|is not defined)/, reason);
  return {
    path: member ? `${path}.${member}` : path,
    message: plainReasons.get(reason.split(':')[0] ?? '') ?? reason.slice(0, 300),
  };
}

/** What GraphQL says in words of its own. */
const plainReasons: ReadonlyMap<string, string> = new Map([
  [
    'Int cannot represent non 32-bit signed integer value',
    'must be a whole number from -2147483648 to 2147483647',
  ],
]);

const firstGroup = (pattern: RegExp, text: string): string | undefined => pattern.exec(text)?.[1];
