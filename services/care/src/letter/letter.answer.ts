import type { App } from '@crm/kit/context';
import { AppError } from '@crm/kit/errors';
import { readAddress } from '@crm/kit/storage/signed-address';
import type { AnswerDocuments } from '@crm/kit/transfer/file-answer';
import { loadPrinted, loadPrintedPart } from './letter.queries.ts';

/** Answers what the gateway asks for whoever holds the address of printed letters. */
export const letterAnswerer =
  (app: App, key: string): AnswerDocuments =>
  async (_, call) => {
    if (call.do !== 'find-download' && call.do !== 'read-download') {
      throw new AppError('FORBIDDEN', 'The address is for downloads');
    }
    const { id } = readAddress({ service: 'care', key }, call.token, {
      nowMs: app.now().getTime(),
      // What was begun in time may be brought to its end.
      mayHaveEnded: call.do === 'read-download',
    });
    if (call.do === 'read-download') {
      const text = await loadPrintedPart(app, id, call.at);
      return { status: 200, text, type: 'application/octet-stream' };
    }
    const { name, size, sha256 } = await loadPrinted(app, id);
    const found = { name, mimeType: 'application/pdf', size, sha256 };
    return { status: 200, text: JSON.stringify(found) };
  };
