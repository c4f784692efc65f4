import type { EntityManager } from 'typeorm';
import { AppError } from '../errors.ts';
import { deleteParts, partBytesMax, readPart } from './file-part.ts';

/** Bytes that were sent and checked, in parts of `partBytesMax` but for the last. */
export type Staged = {
  /** Names its parts. */
  readonly id: string;
  readonly size: number;
  readonly partCount: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly mimeType: string;
};

/** Where the bytes of documents lie for good. Keys are the store's own. */
export type BlobStore = {
  readonly keyOf: (staged: Pick<Staged, 'id'>) => string;
  /**
   * Takes over what was staged, under its key. What is done again gives the same. A store that has
   * copied the parts says so: nobody needs them any more.
   */
  readonly keep: (
    manager: EntityManager,
    staged: Staged,
  ) => Promise<{ readonly isCopied: boolean }>;
  /** The part at a place, as it was staged. */
  readonly read: (manager: EntityManager, key: string, at: number) => Promise<Buffer>;
  /** Deletes some of it, also what was never kept. Tells whether there may be more. */
  readonly remove: (manager: EntityManager, key: string) => Promise<boolean>;
};

const prefix = 'part:';
const idOf = (key: string): string => key.slice(prefix.length);

/** The parts stay where they were staged: backups and the failover of the database cover them. */
export const partStore: BlobStore = {
  keyOf: ({ id }) => `${prefix}${id}`,
  keep: () => Promise.resolve({ isCopied: false }),
  read: async (manager, key, at) => {
    const part = await readPart(manager, idOf(key), at);
    if (part === null) throw new AppError('NOT_FOUND', 'The file is no longer kept');
    return part;
  },
  remove: (manager, key) => deleteParts(manager, idOf(key)),
};

/** Keeps in `store`, and still reads what was kept before in another one. */
export const readingBoth = (store: BlobStore): BlobStore => {
  const storeOf = (key: string): BlobStore => (key.startsWith(prefix) ? partStore : store);
  return {
    ...store,
    read: (manager, key, at) => storeOf(key).read(manager, key, at),
    remove: (manager, key) => storeOf(key).remove(manager, key),
  };
};

/** The bytes of what was staged, a part at a time. */
export async function* stagedParts(
  manager: EntityManager,
  { id, partCount }: Pick<Staged, 'id' | 'partCount'>,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < partCount; at++) {
    const part = await readPart(manager, id, at);
    if (part === null) throw new AppError('NOT_FOUND', 'The file is no longer kept: send it again');
    yield part;
  }
}

export const partsOf = (size: number): number => Math.ceil(size / partBytesMax);
