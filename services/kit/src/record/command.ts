import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { transact } from '../database/database.ts';
import type { Entity, Stamps } from './entity.ts';
import { duplicate, duplicateField } from './duplicate.ts';
import { invalid, notFound } from '../errors.ts';
import { idToBytes } from '../id.ts';
import { sql } from '../sql.ts';
import { selectRows } from './store.ts';
import type { Viewer } from '../viewer.ts';

/** What one transaction of a command works in. */
export type Work = {
  readonly manager: EntityManager;
  readonly viewer: Viewer;
  readonly now: Date;
  readonly requestId: string;
};

/** How the result of a command is kept, to be given again when the client repeats the call. */
export type Memory<Result> = {
  readonly keep: (result: Result) => unknown;
  readonly recall: (manager: EntityManager, kept: unknown) => Promise<Result>;
};

/** Keeps a record's id and reads the record again. */
export const rowMemory = <Row extends Stamps>(entity: Entity<Row>): Memory<Row> => ({
  keep: ({ id }) => id,
  recall: async (manager, kept) => {
    const id = String(kept);
    const [row] = await selectRows(manager, entity, sql`WHERE t.id = ${idToBytes(id)}`);
    if (!row) throw notFound(entity.name, id);
    return row;
  },
});

type Command<Result> = {
  /** As in the graph: `createCustomer`. */
  readonly name: string;
  readonly input: { readonly clientMutationId?: string | null };
  readonly memory: Memory<Result>;
};

const clientMutationIdMax = 100;

/**
 * Runs a command in one transaction. With a `clientMutationId` a repeated call does nothing again
 * and gives the same result; the same id with other input is refused.
 */
export async function runCommand<Result>(
  context: RequestContext,
  { name, input, memory }: Command<Result>,
  run: (work: Work) => Promise<Result>,
): Promise<Result> {
  const { clientMutationId } = input;
  return inTransaction(context, async (work) => {
    if (!clientMutationId) return run(work);
    const call = callOf(context, name, { ...input, clientMutationId });
    const kept = await claimCall(work, call);
    if (kept !== undefined) return memory.recall(work.manager, kept);
    const done = await run(work);
    await keepResult(work.manager, call, memory.keep(done));
    return done;
  });
}

type Call = { readonly key: Buffer; readonly name: string; readonly inputHash: Buffer };

function callOf(
  { viewer }: RequestContext,
  name: string,
  input: { readonly clientMutationId: string },
): Call {
  if (input.clientMutationId.length > clientMutationIdMax) {
    throw invalid(`clientMutationId may have ${clientMutationIdMax} characters`);
  }
  return {
    key: sha256(`${viewer.subject}\n${input.clientMutationId}`),
    name,
    inputHash: sha256(JSON.stringify(input)),
  };
}

const sha256 = (value: string): Buffer => createHash('sha256').update(value).digest();

type StoredCall = {
  readonly name: string;
  readonly inputHash: Buffer;
  readonly result: { readonly kept: unknown } | null;
};

/** Takes the call for this transaction, or gives what an earlier one kept. Equal calls wait here. */
async function claimCall({ manager, now }: Work, call: Call): Promise<unknown> {
  const { affectedRows } = await manager.query<{ affectedRows: number }>(
    'INSERT IGNORE INTO commandCall (id, name, inputHash, at) VALUES (?, ?, ?, ?)',
    [call.key, call.name, call.inputHash, now],
  );
  if (affectedRows === 1) return undefined;
  const [stored]: StoredCall[] = await manager.query(
    'SELECT name, inputHash, result FROM commandCall WHERE id = ?',
    [call.key],
  );
  if (stored && (stored.name !== call.name || !stored.inputHash.equals(call.inputHash))) {
    throw invalid('This clientMutationId was used with another input');
  }
  return stored?.result?.kept;
}

async function keepResult(manager: EntityManager, { key }: Call, kept: unknown): Promise<void> {
  await manager.query('UPDATE commandCall SET result = ? WHERE id = ?', [
    JSON.stringify({ kept }),
    key,
  ]);
}

const inTransaction = <Result>(
  { app, viewer, requestId }: RequestContext,
  run: (work: Work) => Promise<Result>,
): Promise<Result> =>
  transact(app.db, (manager) => run({ manager, viewer, now: app.now(), requestId })).catch(
    (error: unknown) => {
      throw explain(error);
    },
  );

/** A unique value that is taken is the caller's to mend; every other error of MySQL is a bug. */
function explain(error: unknown): unknown {
  const field = duplicateField(error);
  return field === null ? error : duplicate(field, error);
}
