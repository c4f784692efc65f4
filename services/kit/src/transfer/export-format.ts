import { asText } from '../text.ts';
import type { ExportColumn } from './export-plan.ts';

export type Headings = 'EN' | 'NAMES' | 'ZH_CN';

export type Written = { readonly bytes: Buffer; readonly state: unknown };

/** Makes a file bit by bit. `state` is JSON: whoever has it can go on, in any process. */
export type FileWriter = {
  readonly begin: (columns: readonly ExportColumn[], headings: Headings) => Written;
  readonly add: (
    columns: readonly ExportColumn[],
    rows: readonly object[],
    state: unknown,
  ) => Written;
  readonly end: (state: unknown) => Buffer;
};

export const headingsOf = (columns: readonly ExportColumn[], headings: Headings): string[] =>
  columns.map(({ path, labels }) => {
    if (headings === 'NAMES') return path;
    return headings === 'EN' ? labels.en : labels.zh;
  });

/** What separates the values of a field that holds several; an import is told so by its mapping. */
export const listSeparator = ';';

/** A value as one cell holds it. */
export function cellText(value: unknown): string {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) {
    return value.join(listSeparator);
  }
  return asText(value);
}

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;

const csvLine = (cells: readonly string[]): string => `${cells.map(quoted).join(',')}\r\n`;

type TextFormat = {
  readonly head: (columns: readonly ExportColumn[], headings: Headings) => string;
  readonly row: (columns: readonly ExportColumn[], row: object) => string;
};

const textWriter = ({ head, row }: TextFormat): FileWriter => ({
  begin: (columns, headings) => ({ bytes: Buffer.from(head(columns, headings)), state: null }),
  add: (columns, rows) => ({
    bytes: Buffer.from(rows.map((each) => row(columns, each)).join('')),
    state: null,
  }),
  end: () => Buffer.alloc(0),
});

export const csvWriter = textWriter({
  // The mark at the front tells spreadsheets that the text is UTF-8.
  head: (columns, headings) => `\uFEFF${csvLine(headingsOf(columns, headings))}`,
  row: (columns, row) => csvLine(columns.map(({ valueOf }) => cellText(valueOf(row)))),
});

export const ndjsonWriter = textWriter({
  head: () => '',
  row: (columns, row) => {
    const record: Record<string, unknown> = {};
    for (const { path, valueOf } of columns) place(record, path.split('.'), valueOf(row));
    return `${JSON.stringify(record)}\n`;
  },
});

function place(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = record;
  for (const part of path.slice(0, -1)) {
    const inner = node[part];
    const next: Record<string, unknown> = isObject(inner) ? inner : {};
    node[part] = next;
    node = next;
  }
  node[path.at(-1) ?? ''] = value ?? null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
