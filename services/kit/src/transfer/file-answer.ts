import type { RequestContext } from '../context.ts';
import { transact } from '../database/database.ts';
import { notFound } from '../errors.ts';
import type { Work } from '../record/command.ts';
import { allow } from '../record/policy.ts';
import type { RequestInfo } from '../request.ts';
import type { Reply } from '../server/http.ts';
import { readPart } from '../storage/file-part.ts';
import { isDocumentCall, readCall, type DocumentCall, type StoredFileCall } from './file-call.ts';
import type { TransferApp } from './retention.ts';
import { addFile, addPart, completeFile, findFile } from './stored-file.ts';
import type { StoredFile } from './stored-file.fields.ts';

export type AnswerDocuments = (
  request: RequestInfo,
  call: DocumentCall,
  bytes: Buffer,
) => Promise<Reply>;

/**
 * Answers what the gateway asks about the files of a service, under the rights of who sent it; about
 * documents, which signed addresses name, the service itself answers.
 */
export const fileAnswerer =
  (app: TransferApp, documents?: AnswerDocuments) =>
  (request: RequestInfo, body: Buffer): Promise<Reply> => {
    const { call, bytes } = readCall(body);
    if (isDocumentCall(call)) {
      return documents?.(request, call, bytes) ?? Promise.reject(notFound('Document', ''));
    }
    return answer({ context: { ...request, app }, fileDays: app.retention.fileDays }, call, bytes);
  };

type Asked = {
  readonly context: RequestContext;
  /** How long a complete file is kept. */
  readonly fileDays: number;
};

async function answer(
  { context, fileDays }: Asked,
  call: StoredFileCall,
  bytes: Buffer,
): Promise<Reply> {
  switch (call.do) {
    case 'begin':
      allow(context.viewer, 'write', 'files');
      return json(shown(await inTransaction(context, (work) => addFile(work, call))));
    case 'add':
      return json({
        size: await inTransaction(context, (work) => addPart(work, { ...call, bytes })),
      });
    case 'complete':
      return json(
        shown(await inTransaction(context, (work) => completeFile(work, call.id, fileDays))),
      );
    case 'find':
      return json(shown(await findFile(context, call.id)));
    case 'read':
      return readOf(context, call);
  }
}

async function readOf(
  context: RequestContext,
  { id, at }: { readonly id: string; readonly at: number },
): Promise<Reply> {
  await findFile(context, id);
  const part = await readPart(context.app.db.manager, id, at);
  if (part === null) throw notFound('Part of file', id);
  return { status: 200, text: part, type: 'application/octet-stream' };
}

const inTransaction = <Value>(
  { app, viewer, requestId }: RequestContext,
  run: (work: Work) => Promise<Value>,
): Promise<Value> =>
  transact(app.db, (manager) => run({ manager, viewer, now: app.now(), requestId }));

const json = (value: object): Reply => ({ status: 200, text: JSON.stringify(value) });

const shown = ({ id, name, format, size, partCount, expiresAt }: StoredFile): object => ({
  id,
  name,
  format,
  size,
  partCount,
  expiresAt,
});
