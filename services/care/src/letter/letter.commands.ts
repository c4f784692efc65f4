import type { RequestContext } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { forbidden, invalid, ruleViolation } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import { readingOf } from '@crm/kit/record/policy';
import { addressMs, signAddress } from '@crm/kit/storage/signed-address';
import type { CareTask } from '../task/task.fields.ts';
import { letterFont } from './letter-font.ts';
import { keepFile } from './letter-file.repository.ts';
import { printPdf } from './letter-pdf.ts';
import { findLetterTasks, lettersMax, writeLetters } from './letter.repository.ts';
import { showable, type Letter } from './letter.ts';

type Scope = RequestContext & { readonly companyName: string; readonly letterKey: string };

type PrintInput = {
  readonly taskIds?: readonly string[] | null;
  readonly planId?: string | null;
};

export type PrintedLetters = {
  readonly downloadPath: string;
  readonly expiresAt: Date;
  readonly name: string;
  readonly size: number;
  readonly letterCount: number;
  readonly pageCount: number;
  readonly skipped: readonly { readonly task: CareTask; readonly reason: string }[];
  readonly missingCharacters: readonly string[];
  readonly hasMore: boolean;
};

/** Prints letters as one PDF, which whoever is given its address may fetch for some minutes. */
export async function printLetters(scope: Scope, input: PrintInput): Promise<PrintedLetters> {
  const { app, viewer, companyName, requestId } = scope;
  if (readingOf(viewer, 'PERSONAL') !== 'read') throw forbidden('You may not print letters');
  const tasks = await findLetterTasks(scope, askedOf(input));
  const now = app.now();
  const written = await writeLetters({ manager: app.db.manager, companyName, now }, tasks);
  const letters = written.flatMap((each) => ('letter' in each ? [each.letter] : []));
  const skipped = written.flatMap((each) => ('reason' in each ? [each] : []));
  if (letters.length === 0) throw ruleViolation(nothingToPrint(skipped));
  const font = await letterFont();
  const shown = letters.map((letter: Letter) => showable(letter, font.hasGlyph));
  const pdf = await printPdf(
    shown.map(({ letter }) => letter),
    { font, now },
  );
  const name = `letters-${companyDate(now)}.pdf`;
  const expiresAt = new Date(now.getTime() + addressMs);
  const id = await transact(app.db, (manager) =>
    keepFile({ manager, viewer, now, requestId }, { name, pdf, expiresAt }),
  );
  return {
    downloadPath: signAddress(
      { service: 'care', key: scope.letterKey },
      {
        do: 'download',
        id,
        subject: viewer.subject,
        staffId: viewer.staffId,
        until: expiresAt.getTime(),
      },
    ),
    expiresAt,
    name,
    size: pdf.bytes.length,
    letterCount: letters.length,
    pageCount: pdf.pageCount,
    skipped,
    missingCharacters: [...new Set(shown.flatMap(({ missing }) => missing))],
    hasMore: tasks.length === lettersMax,
  };
}

function askedOf({ taskIds, planId }: PrintInput): {
  readonly taskIds: readonly string[];
  readonly planId: string | null;
} {
  const ids = [...new Set(taskIds)];
  if (ids.length > 0 === Boolean(planId)) throw invalid('Name care tasks, or one plan');
  if (ids.length > lettersMax) throw invalid(`Name 1 to ${lettersMax} care tasks`);
  return { taskIds: ids, planId: planId ?? null };
}

function nothingToPrint(skipped: PrintedLetters['skipped']): string {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].join(', ');
  return reasons === ''
    ? 'There is no letter to print: it must be to be done, and yours to read'
    : `There is no letter to print: ${reasons}`;
}
