import type { GraphQLError } from 'graphql';
import type { Frame } from '../feed/follower.ts';

/** Events of GraphQL over SSE, in its mode of a connection for each operation. */

const nextStart = Buffer.from('event: next\nid: ');
const dataStart = Buffer.from('\ndata: ');
const end = Buffer.from('\n\n');

/** The cursor is the event's id, which clients send back as `Last-Event-ID`. JSON holds no line end. */
export const nextEvent = ({ payload, cursor }: Frame): Buffer =>
  Buffer.concat([nextStart, Buffer.from(cursor), dataStart, payload, end]);

export const errorEvent = (error: GraphQLError): string =>
  `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\n`;

/** Without its empty data browsers would not tell of it. */
export const completeEvent = 'event: complete\ndata:\n\n';

/** A comment, which clients leave out. */
export const heartbeat = ':\n\n';
