import type { DataSource, EntityManager } from 'typeorm';

/** Has those who listen for `what` called once the transaction of this manager has committed. */
export function tellOnCommit({ queryRunner }: EntityManager, what: string): void {
  if (queryRunner) queryRunner.data[what] = true;
}

/** Calls the listener after each commit, in this process, of a transaction that was to tell this. */
export function onCommit(db: DataSource, what: string, listener: () => void): () => void {
  const subscriber: DataSource['subscribers'][number] = {
    afterTransactionCommit: ({ queryRunner }) => {
      if (queryRunner.data[what]) listener();
    },
  };
  db.subscribers.push(subscriber);
  return () => void db.subscribers.splice(db.subscribers.indexOf(subscriber), 1);
}
