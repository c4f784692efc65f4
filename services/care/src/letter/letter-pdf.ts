import { createHash } from 'node:crypto';
import { otherTurns } from '@crm/kit/turns';
import type { LetterFont } from './letter-font.ts';
import type { Letter } from './letter.ts';

export type LetterPdf = {
  readonly bytes: Buffer;
  readonly pageCount: number;
  readonly sha256: string;
};

/** In points, of which an inch has 72. */
const margins = { top: 85, bottom: 85, left: 85, right: 85 } as const;
const sizes = { small: 9, text: 11, subject: 14 } as const;
const lineGap = 6;

type Printed = { readonly font: LetterFont; readonly now: Date };

/** Prints letters, each on a page of its own, as one file in which the font is as small as they allow. */
export async function printPdf(
  letters: readonly Letter[],
  { font, now }: Printed,
): Promise<LetterPdf> {
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument({
    size: 'A4',
    margins,
    autoFirstPage: false,
    info: { CreationDate: now, Creator: 'Guanxi' },
    lang: 'zh-CN',
  });
  const pieces: Buffer[] = [];
  document.on('data', (piece: Buffer) => pieces.push(piece));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });
  let pageCount = 0;
  document.on('pageAdded', () => {
    pageCount += 1;
  });
  document.registerFont('text', font.bytes);
  for (const letter of letters) {
    document.addPage();
    print(document, letter);
    await otherTurns();
  }
  document.end();
  await ended;
  const bytes = Buffer.concat(pieces);
  return { bytes, pageCount, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function print(document: PDFKit.PDFDocument, letter: Letter): void {
  const { companyName, recipient, day, subject, text } = letter;
  document.font('text').fontSize(sizes.small).text(companyName, { align: 'right' });
  document.moveDown(2).fontSize(sizes.text);
  for (const line of recipient) document.text(line);
  document.moveDown().text(day, { align: 'right' }).moveDown();
  if (subject !== null) document.fontSize(sizes.subject).text(subject).moveDown();
  document.fontSize(sizes.text).text(text, { lineGap });
}
