import { EntitySchema, type DataSource } from 'typeorm';
import type { Client } from '../load.ts';

type Counter = { readonly id: number; readonly n: number };
type Entry = { readonly seq: number; readonly operation: number; readonly counter: number };

const CounterTable = new EntitySchema<Counter>({
  name: 'counter',
  columns: { id: { type: 'int', primary: true }, n: { type: 'bigint' } },
});

const JournalTable = new EntitySchema<Entry>({
  name: 'journal',
  columns: {
    seq: { type: 'bigint', primary: true, generated: true },
    operation: { type: 'bigint' },
    counter: { type: 'int' },
  },
});

export const tables = [CounterTable, JournalTable];

/** The load as an application with TypeORM does it. */
export const readRow = (db: DataSource, id: number): Promise<unknown> =>
  db.manager.findOneByOrFail(CounterTable, { id });

export const writeRow = (db: DataSource, operation: number, counter: number): Promise<void> =>
  db.transaction(async (manager) => {
    await manager.insert(JournalTable, { operation, counter });
    await manager.increment(CounterTable, { id: counter }, 'n', 1);
  });

export const clientOf = (db: DataSource): Client => ({
  read: (row) => readRow(db, row),
  write: (operation, row) => writeRow(db, operation, row),
  close: () => quickly(db.destroy()),
});

/** A client whose server is gone may never close: the run must not wait for it. */
export const quickly = (work: Promise<unknown>): Promise<void> =>
  Promise.race([
    work.then(
      () => undefined,
      () => undefined,
    ),
    new Promise<void>((resolve) => {
      setTimeout(resolve, 1000).unref();
    }),
  ]);
