import { GraphQLError } from 'graphql';
import { AppError } from './errors.ts';

export type Description = {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly frames?: readonly string[];
  readonly cause?: Description;
};

/**
 * An error for the log. Databases and parsers quote the values they refuse, so quoted text goes;
 * statements and their parameters never get in.
 */
export function describeError(thrown: unknown, depth = 3): Description {
  const error = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error was thrown' };
  return {
    type: error.name,
    message: isAboutCode(error) ? error.message : withoutQuotes(error.message),
    ...('code' in error && { code: error.code }),
    frames: framesOf(error),
    ...causeOf(error, depth - 1),
  };
}

const causeOf = ({ cause }: Error, depth: number): Pick<Description, 'cause'> =>
  cause === undefined || depth < 1 ? {} : { cause: describeError(cause, depth) };

const isAboutCode = (error: Error): boolean =>
  error instanceof AppError || error instanceof TypeError || error instanceof ReferenceError;

const withoutQuotes = (message: string): string =>
  message.slice(0, 2000).replaceAll(/'[^']*'?|"[^"]*"?/g, "'…'");

const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 12)
    .map((line) => line.slice(7));
