import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, poolsOf, type Access } from './access.ts';
import type { Connection } from './connection.ts';
import { HaError, isElsewhereBetter } from './errors.ts';
import { acquire, drop, release, type Pool } from './pool.ts';
import { readersFor, type Query } from './read.ts';
import { currentScope } from './scope.ts';
import { now } from './time.ts';
import { reachToken } from './token.ts';

/** What an ORM expects of a query that it wants row by row. */
export type StreamingQuery = EventEmitter & { readonly stream: () => Readable };

/** Reads row by row from one server. It is not repeated elsewhere: rows were already given out. */
export function streamingQuery(access: Access, query: Query): StreamingQuery {
  const emitter = new EventEmitter();
  const stream = (): Readable => {
    const readable = Readable.from(rowsOf(access, query));
    readable.on('end', () => emitter.emit('end'));
    readable.on('error', (error) => {
      if (emitter.listenerCount('error') > 0) emitter.emit('error', error);
    });
    return readable;
  };
  return Object.assign(emitter, { stream });
}

async function* rowsOf(access: Access, query: Query): AsyncGenerator {
  const { pool, connection } = await take(access, query);
  let isComplete = false;
  try {
    const rows: AsyncIterable<unknown> = connection.mysql
      .query(query.sql, query.parameters ?? [])
      .stream();
    for await (const row of rows) yield row;
    isComplete = true;
  } finally {
    // Rows that nobody fetched would be taken for the answer to the next question.
    if (isComplete) release(pool, connection);
    else drop(pool, connection);
  }
}

type Taken = { readonly pool: Pool; readonly connection: Connection };

/** A connection to the first server that has what the reader has seen. */
async function take(access: Access, query: Query): Promise<Taken> {
  const scope = currentScope();
  const deadline = now() + access.options.readDeadlineMs;
  let cause: unknown;
  for (const node of readersFor(access, query, scope)) {
    const pool = poolsOf(access, node).reads;
    let connection: Connection | null = null;
    try {
      connection = await acquire(pool, deadline);
      if (scope && scope.token.size > 0) await reachToken(access, { node, connection, scope });
      return { pool, connection };
    } catch (error) {
      if (connection) drop(pool, connection);
      if (!isElsewhereBetter(error)) throw error;
      cause = error;
    }
  }
  throw new HaError('HA_NO_READER', `No server answers: ${describe(access.cluster)}`, { cause });
}
