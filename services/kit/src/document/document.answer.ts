import type { App } from '../context.ts';
import { AppError } from '../errors.ts';
import type { RequestInfo } from '../request.ts';
import type { Reply } from '../server/http.ts';
import { readAddress, type AddressClaims } from '../storage/signed-address.ts';
import type { DocumentCall } from '../transfer/file-call.ts';
import { findAddressed } from './document.queries.ts';
import type { Documents, DocumentSettings } from './document.ts';
import { abortUpload, addToUpload, beginUpload, completeUpload } from './upload.commands.ts';

type Scope = RequestInfo & {
  readonly app: App;
  readonly settings: DocumentSettings;
  readonly documents: Documents;
};

/** Answers what the gateway asks for somebody who holds a signed address. */
export const documentAnswerer =
  (app: App, settings: DocumentSettings, documents: Documents) =>
  async (request: RequestInfo, call: DocumentCall, bytes: Buffer): Promise<Reply> => {
    const scope = { ...request, app, settings, documents };
    const claims = readAddress(settings, call.token, {
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
  const { documents, settings } = scope;
  const { manager } = scope.app.db;
  const { store } = settings;
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
      const { name, mimeType, size, sha256 } = await findAddressed(manager, documents, id);
      return json({ name, mimeType, size, sha256 });
    }
    case 'read-download': {
      const { storageKey } = await findAddressed(manager, documents, id);
      const part = await store.read(manager, storageKey, call.at);
      return { status: 200, text: part, type: 'application/octet-stream' };
    }
  }
}

const json = (value: object): Reply => ({ status: 200, text: JSON.stringify(value) });
