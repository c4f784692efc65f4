import { idFromBytes, idToBytes, isId, newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { sql } from '@crm/kit/sql';
import { deleteParts, insertPart, partBytesMax } from '@crm/kit/storage/file-part';
import type { EntityManager } from 'typeorm';
import type { LetterPdf } from './letter-pdf.ts';

/** What was printed, for as long as its address holds. */
export type LetterFile = {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
};

type NewFile = {
  readonly name: string;
  readonly pdf: LetterPdf;
  readonly expiresAt: Date;
};

/** Keeps a file, and lets those go whose time is over. */
export async function keepFile(
  { manager, now }: Work,
  { name, pdf: { bytes, sha256 }, expiresAt }: NewFile,
): Promise<string> {
  await dropExpired(manager, now);
  const id = newId();
  await manager.query(
    'INSERT INTO letterFile (id, name, size, sha256, expiresAt) VALUES (?, ?, ?, ?, ?)',
    [idToBytes(id), name, bytes.length, sha256, expiresAt],
  );
  for (let at = 0; at * partBytesMax < bytes.length; at += 1) {
    const part = bytes.subarray(at * partBytesMax, (at + 1) * partBytesMax);
    await insertPart(manager, { fileId: id, at, bytes: part });
  }
  return id;
}

const droppedAtOnce = 20;

async function dropExpired(manager: EntityManager, now: Date): Promise<void> {
  const { text, values } = sql`SELECT id FROM letterFile WHERE expiresAt < ${now}
    ORDER BY expiresAt LIMIT ${droppedAtOnce} FOR UPDATE SKIP LOCKED`;
  const expired: { id: Uint8Array }[] = await manager.query(text, [...values]);
  for (const { id } of expired) {
    const isMore = await deleteParts(manager, idFromBytes(id));
    if (!isMore) await manager.query('DELETE FROM letterFile WHERE id = ?', [id]);
  }
}

export async function findFile(manager: EntityManager, id: string): Promise<LetterFile | null> {
  if (!isId(id)) return null;
  const [row]: Omit<LetterFile, 'id'>[] = await manager.query(
    'SELECT name, size, sha256 FROM letterFile WHERE id = ?',
    [idToBytes(id)],
  );
  return row ? { id, ...row } : null;
}
