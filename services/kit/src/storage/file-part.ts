import type { EntityManager } from 'typeorm';
import { idToBytes } from '../id.ts';

/** Files lie in parts beside the records, so that whichever process goes on with one has it all. */
export const partBytesMax = 1024 * 1024;

type Part = { readonly fileId: string; readonly at: number; readonly bytes: Buffer };

export async function insertPart(
  manager: EntityManager,
  { fileId, at, bytes }: Part,
): Promise<void> {
  await manager.query('INSERT INTO storedFilePart (fileId, at, data) VALUES (?, ?, ?)', [
    idToBytes(fileId),
    at,
    bytes,
  ]);
}

export async function readPart(
  manager: EntityManager,
  fileId: string,
  at: number,
): Promise<Buffer | null> {
  const [row]: { data: Buffer }[] = await manager.query(
    'SELECT data FROM storedFilePart WHERE fileId = ? AND at = ?',
    [idToBytes(fileId), at],
  );
  return row?.data ?? null;
}

const partsDeletedMax = 64;

/** Deletes some parts of a file. Tells whether there may be more. */
export async function deleteParts(manager: EntityManager, fileId: string): Promise<boolean> {
  const { affectedRows } = await manager.query<{ affectedRows: number }>(
    `DELETE FROM storedFilePart WHERE fileId = ? LIMIT ${partsDeletedMax}`,
    [idToBytes(fileId)],
  );
  return affectedRows >= partsDeletedMax;
}
