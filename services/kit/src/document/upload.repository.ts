import type { EntityManager } from 'typeorm';
import { AppError } from '../errors.ts';
import { idFromBytes, idToBytes, isId, newId } from '../id.ts';
import { partsOf } from '../storage/blob-store.ts';
import { insertPart, partBytesMax } from '../storage/file-part.ts';

/** What is to become of the bytes of an upload. Other keys are fields of a new document. */
export type UploadPlan = Readonly<Record<string, unknown>> & Announced;

type Announced = {
  /** Null for a new document. */
  readonly documentId: string | null;
  readonly name: string;
  readonly size: number;
  readonly sha256: string | null;
  /** Who announced it. */
  readonly subject: string;
  readonly staffId: string | null;
};

export type Upload = {
  readonly id: string;
  readonly plan: UploadPlan;
  /** Names the parts of the try that is under way; one that breaks off is followed by another. */
  readonly attemptId: string | null;
  readonly received: number;
};

export async function insertUpload(
  manager: EntityManager,
  plan: UploadPlan,
  expiresAt: Date,
): Promise<string> {
  const id = newId();
  await manager.query(
    'INSERT INTO documentUpload (id, plan, received, expiresAt) VALUES (?, ?, 0, ?)',
    [idToBytes(id), JSON.stringify(plan), expiresAt],
  );
  return id;
}

type Row = {
  readonly plan: UploadPlan;
  readonly attemptId: Uint8Array | null;
  readonly received: number | string;
};

/** Locks an upload that has not ended; NOT_FOUND for every other. */
export async function lockUpload(manager: EntityManager, id: string): Promise<Upload> {
  const [row]: Row[] = isId(id)
    ? await manager.query(
        'SELECT plan, attemptId, received FROM documentUpload WHERE id = ? AND isDone = 0 FOR UPDATE',
        [idToBytes(id)],
      )
    : [];
  if (!row) throw new AppError('NOT_FOUND', 'There is no such upload: it was sent, or has ended');
  const { plan, attemptId, received } = row;
  return {
    id,
    plan,
    attemptId: attemptId === null ? null : idFromBytes(attemptId),
    received: Number(received),
  };
}

/** Begins anew: parts of a try before are left to be swept. */
export async function beginAttempt(
  manager: EntityManager,
  upload: Upload,
  expiresAt: Date,
): Promise<string> {
  await leaveParts(manager, upload);
  const attemptId = newId();
  await manager.query(
    'UPDATE documentUpload SET attemptId = ?, received = 0, expiresAt = ? WHERE id = ?',
    [idToBytes(attemptId), expiresAt, idToBytes(upload.id)],
  );
  return attemptId;
}

/** Has the sweep delete what an attempt has left. */
async function leaveParts(manager: EntityManager, { attemptId }: Upload): Promise<void> {
  if (attemptId === null) return;
  await leaveBlob(manager, `part:${attemptId}`);
}

/** How long bytes may be on their way to the store before they count as left. */
const onTheirWayMs = 3_600_000;

/** Has bytes swept that nothing names. */
export const leaveBlob = (manager: EntityManager, storageKey: string): Promise<unknown> =>
  manager.query('INSERT IGNORE INTO leftBlob (storageKey, dueAt) VALUES (?, ?)', [
    storageKey,
    new Date(0),
  ]);

/** Has bytes swept that are about to be kept, unless something names them soon. */
export const noteBlob = (manager: EntityManager, storageKey: string, now: Date): Promise<unknown> =>
  manager.query(
    `INSERT INTO leftBlob (storageKey, dueAt) VALUES (?, ?) AS fresh
     ON DUPLICATE KEY UPDATE dueAt = fresh.dueAt`,
    [storageKey, new Date(now.getTime() + onTheirWayMs)],
  );

/** Something names the bytes now. Refuses when they were swept meanwhile. */
export async function claimBlob(manager: EntityManager, storageKey: string): Promise<void> {
  const { affectedRows } = await manager.query<{ affectedRows: number }>(
    'DELETE FROM leftBlob WHERE storageKey = ?',
    [storageKey],
  );
  if (affectedRows === 0) throw superseded();
}

type Part = { readonly attemptId: string; readonly at: number; readonly bytes: Buffer };

/** Adds the part that comes next. */
export async function addPart(
  manager: EntityManager,
  upload: Upload,
  { attemptId, at, bytes }: Part,
): Promise<void> {
  const { size } = upload.plan;
  if (upload.attemptId !== attemptId) throw superseded();
  if (at * partBytesMax !== upload.received) throw new AppError('INVALID', 'Another part is next');
  if (bytes.length === 0 || bytes.length > partBytesMax || upload.received + bytes.length > size) {
    throw new AppError('INVALID', `The file was announced with ${size} bytes, and has more`);
  }
  const isLast = at === partsOf(size) - 1;
  if (!isLast && bytes.length !== partBytesMax) {
    throw new AppError('INVALID', `Parts but the last have ${partBytesMax} bytes`);
  }
  await insertPart(manager, { fileId: attemptId, at, bytes });
  await manager.query('UPDATE documentUpload SET received = received + ? WHERE id = ?', [
    bytes.length,
    idToBytes(upload.id),
  ]);
}

export const superseded = (): AppError =>
  new AppError('CONFLICT', 'The file is being sent again meanwhile');

/** Forgets an attempt at once; the address stays good for another. */
export async function dropAttempt(
  manager: EntityManager,
  upload: Upload,
  attemptId: string,
): Promise<void> {
  if (upload.attemptId !== attemptId) return;
  await leaveParts(manager, upload);
  await manager.query('UPDATE documentUpload SET attemptId = NULL, received = 0 WHERE id = ?', [
    idToBytes(upload.id),
  ]);
}

export const endUpload = (manager: EntityManager, id: string): Promise<unknown> =>
  manager.query('UPDATE documentUpload SET isDone = 1 WHERE id = ?', [idToBytes(id)]);

type Sweep = {
  readonly manager: EntityManager;
  readonly now: Date;
  readonly remove: (manager: EntityManager, storageKey: string) => Promise<boolean>;
};

/** Deletes what uploads have left, some at a time. Tells whether there may be more. */
export async function sweepUploads({ manager, now, remove }: Sweep): Promise<boolean> {
  const [left]: { storageKey: string }[] = await manager.query(
    'SELECT storageKey FROM leftBlob WHERE dueAt <= ? LIMIT 1 FOR UPDATE SKIP LOCKED',
    [now],
  );
  if (left) {
    const isMore = await remove(manager, left.storageKey);
    if (!isMore) {
      await manager.query('DELETE FROM leftBlob WHERE storageKey = ?', [left.storageKey]);
    }
    return true;
  }
  const [upload]: { id: Uint8Array; attemptId: Uint8Array | null; isDone: number }[] =
    await manager.query(
      'SELECT id, attemptId, isDone FROM documentUpload WHERE expiresAt < ? LIMIT 1 FOR UPDATE SKIP LOCKED',
      [now],
    );
  if (!upload) return false;
  if (upload.attemptId !== null && upload.isDone === 0) {
    await leaveBlob(manager, `part:${idFromBytes(upload.attemptId)}`);
  }
  await manager.query('DELETE FROM documentUpload WHERE id = ?', [upload.id]);
  return true;
}
