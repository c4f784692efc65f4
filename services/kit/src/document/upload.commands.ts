import { createHash } from 'node:crypto';
import type { RequestContext } from '../context.ts';
import { transact } from '../database/database.ts';
import { AppError, invalid } from '../errors.ts';
import { newId } from '../id.ts';
import type { Work } from '../record/command.ts';
import { insertRecords, newRow, writeChange } from '../record/record.ts';
import { lockById } from '../record/store.ts';
import { partsOf, stagedParts, type BlobStore, type Staged } from '../storage/blob-store.ts';
import { readPart } from '../storage/file-part.ts';
import { addressMs } from '../storage/signed-address.ts';
import { sniffType } from '../storage/sniff.ts';
import { systemViewer } from '../viewer.ts';
import type { DocumentRow } from './document.fields.ts';
import { subjectOf, type Documents } from './document.ts';
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
  scope: Scope & { readonly store: BlobStore; readonly documents: Documents },
  { id, attemptId }: Attempt,
): Promise<DocumentRow> {
  const { app, store, documents } = scope;
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
    return storeContent(work, documents, { ...staged, storageKey, plan: current.plan });
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

type Content = Staged & { readonly storageKey: string; readonly plan: Upload['plan'] };

async function storeContent(
  work: Work,
  documents: Documents,
  { plan, mimeType, size, sha256, storageKey }: Content,
): Promise<DocumentRow> {
  const { documentId, name } = plan;
  const of = { name, mimeType, size, sha256, storageKey };
  const document =
    documentId === null
      ? await insertDocument(work, documents, { plan, of })
      : await replaceContent(work, documents, { id: documentId, of });
  const revision = newRow(work, documents.revisions, {
    values: new Map<string, unknown>([
      ...Object.entries(of),
      ['documentId', document.id],
      ['revision', document.revision],
    ]),
    rules: {},
  });
  await insertRecords(work, documents.revisions, [revision]);
  return document;
}

type Stored = Pick<DocumentRow, 'mimeType' | 'name' | 'sha256' | 'size' | 'storageKey'>;

async function insertDocument(
  work: Work,
  documents: Documents,
  { plan, of }: { readonly plan: Upload['plan']; readonly of: Stored },
): Promise<DocumentRow> {
  const subjectKind = subjectOf(documents, plan)?.kind;
  const document = newRow(work, documents.entity, {
    // What of the plan is no field of the document is left out.
    values: new Map<string, unknown>(Object.entries({ ...plan, ...of, revision: 1, subjectKind })),
    rules: {},
  });
  await insertRecords(work, documents.entity, [document]);
  await documents.tell.attached(work, [document]);
  return document;
}

async function replaceContent(
  work: Work,
  { entity, tell }: Documents,
  { id, of }: { readonly id: string; readonly of: Stored },
): Promise<DocumentRow> {
  const before = await lockById(work.manager, entity, id);
  if (!before || before.deletedAt !== null) {
    throw new AppError('NOT_FOUND', `Document ${id} does not exist`);
  }
  const next: Partial<DocumentRow> = { ...of, revision: before.revision + 1 };
  const changes = Object.fromEntries(
    Object.entries(next).map(([name, to]) => [name, { from: Reflect.get(before, name), to }]),
  );
  const change = await writeChange(work, entity, { before, changes });
  await tell.replaced(work, [change]);
  return change.after;
}
