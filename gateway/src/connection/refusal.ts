import { maskError } from '@crm/kit/server/mask-errors';
import { GraphQLError } from 'graphql';

/** What the client may know of an error. */
export function clientError(error: unknown): GraphQLError {
  const formatted = error instanceof GraphQLError ? error.toJSON() : { message: '' };
  const { message, extensions } = maskError(formatted, error);
  return new GraphQLError(message, { extensions: extensions ?? {} });
}
