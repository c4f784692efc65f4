import { createHash } from 'node:crypto';
import type { RequestContext } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { AppError, invalid } from '@crm/kit/errors';
import { newId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { insertRecords, newRow, writeChange } from '@crm/kit/record/record';
import { lockById } from '@crm/kit/record/store';
import { partsOf, stagedParts, type BlobStore, type Staged } from '@crm/kit/storage/blob-store';
import { readPart } from '@crm/kit/storage/file-part';
import { addressMs } from '@crm/kit/storage/signed-address';
import { sniffType } from '@crm/kit/storage/sniff';
import { systemViewer } from '@crm/kit/viewer';
import { documentsAttached, documentReplaced } from './document.events.ts';
import { DocumentEntity, DocumentRevisionEntity, type Document } from './document.fields.ts';
import { subjectKindOf } from './document.ts';
import { isTaken } from './document-type.ts';
import {
  addPart,
  beginAttempt,
  claimBlob,
  dropAttempt,
  endUpload,
  leaveBlob,
  lockUpload,
  noteBlob,
  superseded,
  type Upload,
} from './upload.repository.ts';

type Scope = Pick<RequestContext, 'app' | 'requestId'>;

type Attempt = { readonly id: string; readonly attemptId: string };

export const beginUpload = ({ app }: Scope, id: string): Promise<Attempt> =>
  transact(app.db, async (manager) => {
    const upload = await lockUpload(manager, id);
    const expiresAt = new Date(app.now().getTime() + 2 * addressMs);
    return { id, attemptId: await beginAttempt(manager, upload, expiresAt) };
  });

export const addToUpload = (
  { app }: Scope,
  { id, ...part }: Attempt & { readonly at: number; readonly bytes: Buffer },
): Promise<void> =>
  transact(app.db, async (manager) => addPart(manager, await lockUpload(manager, id), part));

export const abortUpload = ({ app }: Scope, { id, attemptId }: Attempt): Promise<void> =>
  transact(app.db, async (manager) =>
    dropAttempt(manager, await lockUpload(manager, id), attemptId),
  );

/** Makes a document, or its next revision, of what was sent, once it is what was announced. */
export async function completeUpload(
  scope: Scope & { readonly store: BlobStore },
  { id, attemptId }: Attempt,
): Promise<Document> {
  const { app, store } = scope;
  const upload = await transact(app.db, (manager) => lockUpload(manager, id));
  if (upload.attemptId !== attemptId) throw superseded();
  const staged = await check(app.db.manager, upload, attemptId).catch(async (error: unknown) => {
    await abortUpload(scope, { id, attemptId });
    throw error;
  });
  const storageKey = store.keyOf(staged);
  // Noted before it is copied: what becomes no document is swept, whatever happens in between.
  const isElsewhere = storageKey !== `part:${attemptId}`;
  if (isElsewhere) await transact(app.db, (manager) => noteBlob(manager, storageKey, app.now()));
  const { isCopied } = await store.keep(app.db.manager, staged);
  return transact(app.db, async (manager) => {
    const current = await lockUpload(manager, id);
    if (current.attemptId !== attemptId) throw superseded();
    if (isElsewhere) await claimBlob(manager, storageKey);
    if (isCopied) await leaveBlob(manager, `part:${attemptId}`);
    await endUpload(manager, id);
    const work = workOf(scope, manager, current);
    return storeContent(work, current, { ...staged, storageKey });
  });
}

/** The size, the checksum and the type, read from the bytes a part at a time. */
async function check(
  manager: Work['manager'],
  { plan, received }: Upload,
  attemptId: string,
): Promise<Staged> {
  if (received !== plan.size) {
    throw invalid(`The file was announced with ${plan.size} bytes, and has ${received}`);
  }
  const partCount = partsOf(plan.size);
  const mimeType = await sniffType((await readPart(manager, attemptId, 0)) ?? Buffer.alloc(0));
  if (!isTaken(mimeType)) {
    throw invalid(`Files of this type are not taken: ${mimeType ?? 'it is unknown'}`);
  }
  const hash = createHash('sha256');
  for await (const part of stagedParts(manager, { id: attemptId, partCount })) hash.update(part);
  const sha256 = hash.digest('hex');
  if (plan.sha256 !== null && plan.sha256.toLowerCase() !== sha256) {
    throw invalid('The bytes that came are not those that were announced: their SHA-256 differs');
  }
  return { id: attemptId, size: plan.size, partCount, sha256, mimeType };
}

/** Rights were asked when the address was given; the stamps name who was given it. */
const workOf = ({ app, requestId }: Scope, manager: Work['manager'], { plan }: Upload): Work => ({
  manager,
  viewer: { ...systemViewer(plan.subject), staffId: plan.staffId },
  now: app.now(),
  requestId: requestId || newId(),
});

type Content = Staged & { readonly storageKey: string };

async function storeContent(work: Work, { plan }: Upload, content: Content): Promise<Document> {
  const { mimeType, size, sha256, storageKey } = content;
  const of = { name: plan.name, mimeType, size, sha256, storageKey };
  const document =
    plan.documentId === null
      ? await insertDocument(work, plan, of)
      : await replaceContent(work, plan.documentId, of);
  const revision = newRow(work, DocumentRevisionEntity, {
    values: new Map<string, unknown>([
      ...Object.entries(of),
      ['documentId', document.id],
      ['revision', document.revision],
    ]),
    rules: {},
  });
  await insertRecords(work, DocumentRevisionEntity, [revision]);
  return document;
}

type Stored = Pick<Document, 'mimeType' | 'name' | 'sha256' | 'size' | 'storageKey'>;

async function insertDocument(work: Work, plan: Upload['plan'], of: Stored): Promise<Document> {
  const { personId, customerId, interactionId, kind, note } = plan;
  const document = newRow(work, DocumentEntity, {
    values: new Map<string, unknown>([
      ...Object.entries({ ...of, personId, customerId, interactionId, kind, note, revision: 1 }),
      ['subjectKind', subjectKindOf(plan)],
    ]),
    rules: {},
  });
  await insertRecords(work, DocumentEntity, [document]);
  await documentsAttached(work, [document]);
  return document;
}

async function replaceContent(work: Work, id: string, of: Stored): Promise<Document> {
  const before = await lockById(work.manager, DocumentEntity, id);
  if (!before || before.deletedAt !== null) {
    throw new AppError('NOT_FOUND', `Document ${id} does not exist`);
  }
  const next: Partial<Document> = { ...of, revision: before.revision + 1 };
  const changes = Object.fromEntries(
    Object.entries(next).map(([name, to]) => [name, { from: Reflect.get(before, name), to }]),
  );
  const change = await writeChange(work, DocumentEntity, { before, changes });
  await documentReplaced(work, [change]);
  return change.after;
}
