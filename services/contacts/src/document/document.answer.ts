import type { App } from '@crm/kit/context';
import type { RequestInfo } from '@crm/kit/request';
import type { Reply } from '@crm/kit/server/http';
import { readAddress, type AddressClaims } from '@crm/kit/storage/signed-address';
import type { DocumentCall } from '@crm/kit/transfer/file-call';
import { AppError } from '@crm/kit/errors';
import { findAddressed, type DocumentSettings } from './document.queries.ts';
import { abortUpload, addToUpload, beginUpload, completeUpload } from './upload.commands.ts';

type Scope = RequestInfo & { readonly app: App; readonly documents: DocumentSettings };

/** Answers what the gateway asks for somebody who holds a signed address. */
export const documentAnswerer =
  (app: App, documents: DocumentSettings) =>
  async (request: RequestInfo, call: DocumentCall, bytes: Buffer): Promise<Reply> => {
    const scope = { ...request, app, documents };
    const claims = readAddress(documents, call.token, {
      nowMs: app.now().getTime(),
      // What was begun in time may be brought to its end.
      mayHaveEnded: call.do !== 'begin-upload' && call.do !== 'find-download',
    });
    const isUpload = call.do.endsWith('-upload');
    if ((claims.do === 'upload') !== isUpload) {
      throw new AppError('FORBIDDEN', `The address is for ${claims.do}s`);
    }
    return answer(scope, claims, { call, bytes });
  };

type Asked = { readonly call: DocumentCall; readonly bytes: Buffer };

async function answer(scope: Scope, { id }: AddressClaims, { call, bytes }: Asked): Promise<Reply> {
  const { manager } = scope.app.db;
  const { store } = scope.documents;
  switch (call.do) {
    case 'begin-upload':
      return json(await beginUpload(scope, id));
    case 'add-upload':
      await addToUpload(scope, { id, attemptId: call.attemptId, at: call.at, bytes });
      return json({});
    case 'abort-upload':
      await abortUpload(scope, { id, attemptId: call.attemptId });
      return json({});
    case 'complete-upload': {
      const document = await completeUpload({ ...scope, store }, { id, attemptId: call.attemptId });
      const { revision, name, mimeType, size, sha256, version } = document;
      return json({ id: document.id, revision, version, name, mimeType, size, sha256 });
    }
    case 'find-download': {
      const { name, mimeType, size, sha256 } = await findAddressed(manager, id);
      return json({ name, mimeType, size, sha256 });
    }
    case 'read-download': {
      const { storageKey } = await findAddressed(manager, id);
      const part = await store.read(manager, storageKey, call.at);
      return { status: 200, text: part, type: 'application/octet-stream' };
    }
  }
}

const json = (value: object): Reply => ({ status: 200, text: JSON.stringify(value) });
