import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { UserError } from '../mesh/say.ts';
import type { Mapping } from './mapping.ts';

export type CsvFile = Pick<Mapping, 'delimiter' | 'encoding'> & {
  readonly path: string;
  readonly overflow?: string | undefined;
};

export type CsvRow = {
  /** Where the row begins, counted from 1 as editors do. */
  readonly line: number;
  readonly cells: readonly string[];
};

/** A row that is longer is most likely a quote that was never closed. */
const rowCharactersMax = 1024 * 1024;

const parsedSchema = z.object({
  record: z.array(z.string()),
  info: z.object({ empty_lines: z.number() }),
});

export const nameOf = ({ path }: CsvFile): string => basename(path);

/** The names of the columns. */
export async function readHeader(file: CsvFile): Promise<readonly string[]> {
  for await (const { cells } of readLines(file)) {
    const twice = cells.find((name, at) => name !== '' && cells.indexOf(name) !== at);
    if (twice === undefined) return cells;
    throw new UserError(`${file.path}: two columns have the name "${twice}"`);
  }
  throw new UserError(`${file.path} is empty: its first line must name the columns`);
}

/** Reads the rows below the header one by one, so that a file of any length takes the same memory. */
export async function* readRows(file: CsvFile): AsyncGenerator<CsvRow> {
  let header: readonly string[] | undefined;
  for await (const row of readLines(file)) {
    if (header) yield { ...row, cells: joinOverflow(file, header, row.cells) };
    else header = row.cells;
  }
}

function joinOverflow(
  { overflow, delimiter }: CsvFile,
  header: readonly string[],
  cells: readonly string[],
): readonly string[] {
  const at = overflow === undefined ? -1 : header.indexOf(overflow);
  const surplus = cells.length - header.length;
  if (at < 0 || surplus <= 0) return cells;
  const joined = cells.slice(at, at + surplus + 1).join(delimiter);
  return [...cells.slice(0, at), joined, ...cells.slice(at + surplus + 1)];
}

async function* readLines(file: CsvFile): AsyncGenerator<CsvRow> {
  const parser = parse({
    delimiter: file.delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: rowCharactersMax,
  });
  // Whoever reads the parser is told of every failure.
  pipeline(createReadStream(file.path), decoder(file), parser, () => undefined);
  /** Where the next row begins but for empty lines; the parser takes a CRLF in a cell for two. */
  let nextLine = 1;
  let emptyLines = 0;
  try {
    for await (const parsed of parser) {
      const { record, info } = parsedSchema.parse(parsed);
      const row = { line: nextLine + info.empty_lines - emptyLines, cells: record };
      emptyLines = info.empty_lines;
      nextLine = row.line + 1 + lineBreaksIn(record);
      requireReadable(file, row);
      yield row;
    }
  } catch (error) {
    throw explain(file, error);
  }
}

/** A mark of the byte order at the front is left out. */
const decoder = ({ encoding }: CsvFile) =>
  async function* decode(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const decoded = new TextDecoder(encoding);
    for await (const chunk of chunks) yield decoded.decode(chunk, { stream: true });
    yield decoded.decode();
  };

const lineBreaksIn = (cells: readonly string[]): number =>
  cells.reduce((total, cell) => total + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

/** Stands for what a decoder could not read. */
const replacement = '\uFFFD';

function requireReadable(file: CsvFile, { line, cells }: CsvRow): void {
  const at = cells.findIndex((cell) => cell.includes(replacement));
  if (at < 0) return;
  throw new UserError(
    `${file.path} line ${line}, column ${at + 1}: is not ${file.encoding} text. ` +
      `Save the file as UTF-8, or name its encoding in the mapping, as "encoding": "gb18030".`,
  );
}

function explain({ path }: CsvFile, error: unknown): unknown {
  if (error instanceof CsvError) return new UserError(`${path}: ${whatIsWrong(error)}`);
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') {
    return new UserError(`${path} can not be read (${code})`, { cause: error });
  }
  return error;
}

type Place = { readonly lines?: number; readonly records?: number };

function whatIsWrong({ code, message, lines, records }: CsvError & Place): string {
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return `the row at line ${lines ?? '?'} has over ${rowCharactersMax} characters; a quote may not be closed`;
  }
  if (code !== 'CSV_QUOTE_NOT_CLOSED') return message;
  return `a quote is opened after ${records ?? '?'} whole rows, the header among them, and never closed`;
}
