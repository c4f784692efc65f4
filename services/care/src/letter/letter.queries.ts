import type { App } from '@crm/kit/context';
import { notFound } from '@crm/kit/errors';
import { readPart } from '@crm/kit/storage/file-part';
import { findFile, type LetterFile } from './letter-file.repository.ts';

/** What was printed; NOT_FOUND once it is kept no longer. */
export async function loadPrinted({ db }: App, id: string): Promise<LetterFile> {
  const file = await findFile(db.manager, id);
  if (file === null) throw notFound('PrintedLetters', id);
  return file;
}

export async function loadPrintedPart({ db }: App, id: string, at: number): Promise<Buffer> {
  const part = await readPart(db.manager, id, at);
  if (part === null) throw notFound('PrintedLetters', id);
  return part;
}
