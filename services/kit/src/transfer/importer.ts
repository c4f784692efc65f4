import type { BulkResult } from '../record/upsert.ts';
import type { Work } from '../record/command.ts';
import type { Entity } from '../record/entity.ts';
import type { Values } from '../record/input.ts';

export type ImportMode = 'CREATE' | 'UPDATE' | 'UPSERT';

export type ImportBatch = {
  readonly inputs: readonly object[];
  readonly mode: ImportMode;
  readonly matchOn: readonly string[];
  /** Everything is checked and nothing written. */
  readonly isDryRun: boolean;
};

/** A record that was stored, at the version that the import gave it. */
export type Stored = { readonly id: string; readonly version: number };

export type Taken = {
  readonly result: BulkResult;
  readonly created: readonly Stored[];
  readonly changed: readonly { readonly after: Stored }[];
};

/** Records that files may name, by their codes: `lookup: { staff: … }`. */
export type Lookup = { readonly entity: Entity; readonly by: readonly [string, ...string[]] };

/** What a service says of a kind of record that can be imported. */
export type Importer = {
  readonly entity: Entity;
  /** As refusals call them: `customers`. */
  readonly what: string;
  /** The fields, one set or another, by which rows find the records that they mean. */
  readonly matchOn: readonly (readonly string[])[];
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** Creates and changes records in the caller's transaction. A bad row leaves the others alone. */
  readonly take: (work: Work, batch: ImportBatch) => Promise<Taken>;
  /** Deletes those of the records that the viewer may delete, and gives their ids. */
  readonly remove: (work: Work, ids: readonly string[]) => Promise<readonly string[]>;
  /** Gives records other values, where the viewer may, and gives the ids of those. */
  readonly change: (work: Work, changes: readonly NewValues[]) => Promise<readonly string[]>;
};

export type NewValues = { readonly id: string; readonly values: Values };
