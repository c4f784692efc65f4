import type { EntityManager } from 'typeorm';
import { AppError } from '../errors.ts';
import { idToBytes, isId } from '../id.ts';
import { selectRows } from '../record/store.ts';
import { raw, sql } from '../sql.ts';
import { addressMs, signAddress } from '../storage/signed-address.ts';
import type { DocumentRevision } from './document.fields.ts';
import type { DocumentContext, Documents } from './document.ts';

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
  { entity, revisions }: Documents,
  addressed: string,
): Promise<DocumentRevision> {
  const [documentId = '', revision = ''] = addressed.split('.');
  const [row] = await selectRows(
    manager,
    revisions,
    sql`JOIN ${raw(`\`${entity.table}\``)} d ON d.id = t.documentId AND d.deletedAt IS NULL
      WHERE t.documentId = ${isId(documentId) ? idToBytes(documentId) : null}
        AND t.revision = ${Number(revision)}`,
  );
  if (!row) throw new AppError('NOT_FOUND', 'There is no such document');
  return row;
}
