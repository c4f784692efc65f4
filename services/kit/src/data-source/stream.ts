import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { poolsOf, type Access } from './access.ts';
import { HaError } from './errors.ts';
import { acquire, drop, release } from './pool.ts';
import { readersFor, type Query } from './read.ts';
import { currentScope } from './scope.ts';
import { now } from './time.ts';

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
  const [node] = readersFor(access, query, currentScope());
  if (!node) throw new HaError('HA_NO_READER', 'No server answers');
  const pool = poolsOf(access, node).reads;
  const connection = await acquire(pool, now() + access.options.readDeadlineMs);
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
