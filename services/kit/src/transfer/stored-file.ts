import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { invalid, notFound, ruleViolation } from '../errors.ts';
import { idToBytes, isId } from '../id.ts';
import type { Work } from '../record/command.ts';
import { scopeSql } from '../record/policy.ts';
import { newRow } from '../record/record.ts';
import { insertRows, selectRows } from '../record/store.ts';
import { sql } from '../sql.ts';
import { deleteParts, insertPart, partBytesMax, readPart } from '../storage/file-part.ts';
import { daysAfter } from './retention.ts';
import type { ByteSource } from './row-source.ts';
import { StoredFileEntity, type FileFormat, type StoredFile } from './stored-file.fields.ts';

const fileBytesMax = 512 * 1024 * 1024;
/** What is not complete after a day never will be. */
const incompleteDays = 1;

export const encodings = ['utf-8', 'gb18030', 'big5', 'windows-1252'] as const;

export type NewFile = {
  readonly name: string;
  readonly format: FileFormat;
  readonly encoding: (typeof encodings)[number];
};

export async function addFile(
  work: Work,
  { name, format, encoding }: NewFile,
): Promise<StoredFile> {
  const file = newRow(work, StoredFileEntity, {
    values: new Map<string, unknown>([
      ['subject', work.viewer.subject],
      ['name', name],
      ['format', format],
      ['encoding', encoding],
      ['size', 0],
      ['partCount', 0],
      ['expiresAt', daysAfter(work.now, incompleteDays)],
    ]),
    rules: {},
  });
  await insertRows(work.manager, StoredFileEntity, [file]);
  return file;
}

type Part = { readonly id: string; readonly at: number; readonly bytes: Buffer };

/** Adds the part that comes next. The one that came last may come again, if it is the same. */
export async function addPart(work: Work, part: Part): Promise<number> {
  const file = await lockOwnFile(work, part.id);
  if (file.completedAt !== null) throw ruleViolation('The file is complete');
  if (part.at === file.partCount - 1) return file.size;
  refusePart(file, part);
  await appendPart(work.manager, file, part.bytes);
  return file.size + part.bytes.length;
}

function refusePart({ partCount, size, format }: StoredFile, { at, bytes }: Part): void {
  const { length } = bytes;
  if (at !== partCount) throw invalid(`The part that comes next is ${partCount}`);
  if (length === 0 || length > partBytesMax) throw invalid(`A part has 1 to ${partBytesMax} bytes`);
  if (size + length > fileBytesMax) throw invalid(`A file may have ${fileBytesMax} bytes`);
  // Archives are read anywhere, which takes parts of one size.
  if (format === 'XLSX' && size !== at * partBytesMax) {
    throw invalid(`Parts but the last have ${partBytesMax} bytes`);
  }
}

/** Appends to a file that this transaction has locked or made. */
export async function appendPart(
  manager: EntityManager,
  { id, partCount }: Pick<StoredFile, 'id' | 'partCount'>,
  bytes: Buffer,
): Promise<void> {
  await insertPart(manager, { fileId: id, at: partCount, bytes });
  await manager.query(
    'UPDATE storedFile SET partCount = partCount + 1, size = size + ? WHERE id = ?',
    [bytes.length, idToBytes(id)],
  );
}

/** Nothing is added to it any more, and so many days later it is deleted. */
export async function completeFile(work: Work, id: string, keptDays: number): Promise<StoredFile> {
  const file = await lockOwnFile(work, id);
  if (file.size === 0) throw invalid('The file is empty');
  const expiresAt = daysAfter(work.now, keptDays);
  await work.manager.query(
    'UPDATE storedFile SET completedAt = COALESCE(completedAt, ?), expiresAt = ? WHERE id = ?',
    [work.now, expiresAt, idToBytes(id)],
  );
  return { ...file, completedAt: file.completedAt ?? work.now, expiresAt };
}

async function lockOwnFile({ manager, viewer }: Work, id: string): Promise<StoredFile> {
  const [file] = await selectRows(
    manager,
    StoredFileEntity,
    sql`WHERE t.id = ${isId(id) ? idToBytes(id) : null} AND t.deletedAt IS NULL
      AND t.subject = ${viewer.subject} FOR UPDATE`,
  );
  if (!file) throw notFound(StoredFileEntity.name, id);
  return file;
}

/** A complete file that the viewer may read; NOT_FOUND for every other. */
export async function findFile(
  { app, viewer }: Pick<RequestContext, 'app' | 'viewer'>,
  id: string,
): Promise<StoredFile> {
  const scope = scopeSql(viewer, 'read', { entity: StoredFileEntity, alias: 't', now: app.now() });
  const [file] = await selectRows(
    app.db.manager,
    StoredFileEntity,
    sql`WHERE t.id = ${isId(id) ? idToBytes(id) : null} AND t.deletedAt IS NULL
      AND t.completedAt IS NOT NULL AND ${scope}`,
  );
  if (!file) throw notFound(StoredFileEntity.name, id);
  return file;
}

/** The bytes of a file, a part at a time. */
export async function* readParts(
  manager: EntityManager,
  { id, partCount }: Pick<StoredFile, 'id' | 'partCount'>,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < partCount; at++) {
    const part = await readPart(manager, id, at);
    if (part === null) throw invalid('The file is no longer kept: send it again');
    yield part;
  }
}

type Kept = Pick<StoredFile, 'id' | 'partCount' | 'size'>;

/** A file as formats read it, and how much of it they have read. */
export function openFile(
  manager: EntityManager,
  file: Kept,
): ByteSource & { readonly bytesRead: () => number } {
  let bytesRead = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const part of readParts(manager, file)) {
      bytesRead += part.length;
      yield part;
    }
  }
  const partAt = rememberLast((at) => readPart(manager, file.id, at));
  const read = async (from: number, to: number): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    const end = Math.min(to, file.size);
    for (let at = Math.floor(from / partBytesMax); at * partBytesMax < end; at++) {
      const part = await partAt(at);
      if (part === null) throw invalid('The file is no longer kept: send it again');
      const begin = at * partBytesMax;
      pieces.push(part.subarray(Math.max(0, from - begin), end - begin));
    }
    bytesRead = Math.max(bytesRead, end);
    return Buffer.concat(pieces);
  };
  return { size: file.size, bytes, read, bytesRead: () => bytesRead };
}

/** Reads come one after the other, several from one part. */
function rememberLast(read: (at: number) => Promise<Buffer | null>): typeof read {
  let last: { readonly at: number; readonly part: Promise<Buffer | null> } | null = null;
  return (at) => {
    if (last?.at !== at) last = { at, part: read(at) };
    return last.part;
  };
}

/** Deletes what has expired, some parts at a time. Tells whether there is more. */
export async function sweepFiles(manager: EntityManager, now: Date): Promise<boolean> {
  const [file] = await selectRows(
    manager,
    StoredFileEntity,
    sql`WHERE t.expiresAt < ${now} ORDER BY t.expiresAt LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  if (!file) return false;
  const isMore = await deleteParts(manager, file.id);
  if (!isMore) await manager.query('DELETE FROM storedFile WHERE id = ?', [idToBytes(file.id)]);
  return true;
}
