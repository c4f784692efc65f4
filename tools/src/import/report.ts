import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Problem } from './record.ts';

/** Where everything that was refused is written, as a table that spreadsheets open. */
export type Report = {
  readonly path: string;
  readonly add: (problems: readonly Problem[]) => void;
};

/** Begins anew; there is no file until something was refused. */
export function createReport(path: string): Report {
  rmSync(path, { force: true });
  let isBegun = false;
  return {
    path,
    add: (problems) => {
      if (problems.length === 0) return;
      if (!isBegun) {
        mkdirSync(dirname(path), { recursive: true });
        // The mark at the front tells spreadsheets that the text is UTF-8.
        appendFileSync(
          path,
          `\uFEFF${lineOf(['file', 'line', 'column', 'field', 'problem', 'value'])}`,
        );
      }
      isBegun = true;
      appendFileSync(path, problems.map(toLine).join(''));
    },
  };
}

/** The value is shortened: the line says where all of it stands. */
const valueCharactersMax = 200;

const toLine = ({ file, line, column, field, message, value }: Problem): string =>
  lineOf([file, String(line), column ?? '', field, message, value.slice(0, valueCharactersMax)]);

const lineOf = (cells: readonly string[]): string => `${cells.map(quote).join(',')}\r\n`;

const quote = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
