import type { StoredRecord, TermRecord } from '../record.ts';
import type { KeeperEvent } from './events.ts';

/** Where the record and the lease are kept. Every change is a compare-and-set. */
export type TermStore = {
  readonly readRecord: () => Promise<StoredRecord | null>;
  /** Fails with `Conflict` when somebody else was faster. */
  readonly writeRecord: (record: TermRecord, revision: number | null) => Promise<StoredRecord>;
  readonly readLease: () => Promise<Lease | null>;
  readonly writeLease: (holder: string, revision: number | null) => Promise<number>;
  readonly releaseLease: (revision: number) => Promise<void>;
  /** How many servers keep the record. */
  readonly replicas: number;
  readonly publish: (event: KeeperEvent) => void;
  /** Answers requests of operators with what `answer` gives, or not at all when that is null. */
  readonly onRequest: (answer: (request: unknown) => Promise<object | null>) => void;
  readonly close: () => Promise<void>;
};

/** `holder` is null after a lease was given back. */
export type Lease = { readonly holder: string | null; readonly revision: number };

export class Conflict extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was changed by another keeper`, options);
    this.name = 'Conflict';
  }
}
