import type { RequestContext } from '@crm/kit/context';
import { AppError } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { BlobStore } from '@crm/kit/storage/blob-store';
import { addressMs, signAddress } from '@crm/kit/storage/signed-address';
import type { EntityManager } from 'typeorm';
import { DocumentRevisionEntity, type DocumentRevision } from './document.fields.ts';

/** What documents work with. Lives as long as the process. */
export type DocumentSettings = {
  readonly service: string;
  /** Signs addresses. */
  readonly key: string;
  readonly store: BlobStore;
  /** For how many days a removed document may be restored. */
  readonly keptDays: number;
};

export type DocumentContext = RequestContext & { readonly documents: DocumentSettings };

/** Where whoever is given it may fetch the bytes for some minutes. */
export const downloadPath = (
  { app, viewer, documents }: DocumentContext,
  { documentId, revision }: { readonly documentId: string; readonly revision: number },
): string =>
  signAddress(documents, {
    do: 'download',
    id: `${documentId}.${revision}`,
    subject: viewer.subject,
    staffId: viewer.staffId,
    until: app.now().getTime() + addressMs,
  });

/** The revision that an address names, unless its document was removed meanwhile. */
export async function findAddressed(
  manager: EntityManager,
  addressed: string,
): Promise<DocumentRevision> {
  const [documentId = '', revision = ''] = addressed.split('.');
  const [row] = await selectRows(
    manager,
    DocumentRevisionEntity,
    sql`JOIN document d ON d.id = t.documentId AND d.deletedAt IS NULL
      WHERE t.documentId = ${isId(documentId) ? idToBytes(documentId) : null}
        AND t.revision = ${Number(revision)}`,
  );
  if (!row) throw new AppError('NOT_FOUND', 'There is no such document');
  return row;
}
