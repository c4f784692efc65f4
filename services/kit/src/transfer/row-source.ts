import { CsvError, parse } from 'csv-parse';
import { invalid } from '../errors.ts';
import { otherTurns } from '../turns.ts';
import type { FileFormat } from './stored-file.fields.ts';
import { readSheet } from './workbook-reader.ts';
import type { RandomAccess } from './zip-reader.ts';

/** A row of a file: texts in the order of its columns, or an object of a file without columns. */
export type SourceRow = {
  /** Where the row begins, counted from 1 as editors do. */
  readonly line: number;
  readonly cells: readonly string[] | Readonly<Record<string, unknown>>;
  /** Why it cannot be read, though the rows around it can. */
  readonly problem?: string;
};

export type RowSource = {
  /** Null for a format whose rows name their values themselves. */
  readonly columns: readonly string[] | null;
  readonly rows: AsyncGenerator<SourceRow>;
};

export type SourceOptions = {
  readonly format: FileFormat;
  readonly encoding: string;
  readonly delimiter: string;
};

/** A row that is longer is most likely a quote that was never closed. */
export const rowCharactersMax = 1024 * 1024;

/** Where the bytes are: one after the other, and for formats that need it, anywhere. */
export type ByteSource = RandomAccess & { readonly bytes: () => AsyncIterable<Buffer> };

/** Reads a file row by row, so that one of any length takes the same memory. */
export async function openRows(source: ByteSource, options: SourceOptions): Promise<RowSource> {
  if (options.format === 'NDJSON') return { columns: null, rows: readObjects(source.bytes()) };
  if (options.format === 'CSV') return openTable(readCsv(source.bytes(), options));
  const { columns, rows } = await openTable(readSheet(source));
  const width = columns?.length ?? 0;
  return { columns, rows: widened(rows, width) };
}

/** Sheets end a row where its last value is. */
async function* widened(rows: AsyncGenerator<SourceRow>, width: number): AsyncGenerator<SourceRow> {
  for await (const row of rows) {
    const { cells } = row;
    yield Array.isArray(cells) && cells.length < width
      ? { ...row, cells: [...cells, ...Array<string>(width - cells.length).fill('')] }
      : row;
  }
}

async function openTable(lines: AsyncGenerator<Line>): Promise<RowSource> {
  const { value: header, done } = await lines.next();
  if (done) throw invalid('The file is empty: its first line must name the columns');
  const names = header.cells;
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at);
  if (twice !== undefined) throw invalid(`Two columns have the name "${twice}"`);
  return { columns: names, rows: lines };
}

type Line = { readonly line: number; readonly cells: readonly string[] };

async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  { encoding, delimiter }: SourceOptions,
): AsyncGenerator<Line> {
  const parser = createCsvParser(delimiter);
  for await (const text of decode(bytes, encoding)) yield* readable(parser.write(text), encoding);
  yield* readable(parser.end(), encoding);
}

/** Gives the rows that are whole before it throws what is wrong with the text behind them. */
async function* readable(parsing: Promise<Parsing>, encoding: string): AsyncGenerator<Line> {
  const { lines, error } = await parsing;
  for (const each of lines) {
    requireReadable(each, encoding);
    yield each;
  }
  if (error) throw error;
}

/** The rows that a piece of text has completed, and why there are no more. */
type Parsing = { readonly lines: readonly Line[]; readonly error: Error | null };

type CsvParser = {
  readonly write: (text: string) => Promise<Parsing>;
  readonly end: () => Promise<Parsing>;
};

/** Takes the rows out of the parser's hands as they are read: what its stream holds is lost when it fails. */
function createCsvParser(delimiter: string): CsvParser {
  let lines: Line[] = [];
  /** Where the next row begins but for empty lines; the parser takes a CRLF in a cell for two. */
  let nextLine = 1;
  let emptyLines = 0;
  const parser = parse({
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: rowCharactersMax,
    on_record: (cells: readonly string[], info) => {
      const line = nextLine + info.empty_lines - emptyLines;
      emptyLines = info.empty_lines;
      nextLine = line + 1 + lineBreaksIn(cells);
      lines.push({ line, cells });
      return null;
    },
  });
  parser.on('error', () => undefined).resume();
  const taken = (error: Error | null | undefined): Parsing => {
    const parsing = { lines, error: error ? asInvalid(error, nextLine) : null };
    lines = [];
    return parsing;
  };
  return {
    write: (text) => new Promise((resolve) => parser.write(text, (error) => resolve(taken(error)))),
    end: () =>
      new Promise((resolve) => parser.end((error?: Error | null) => resolve(taken(error)))),
  };
}

const pieceBytes = 16 * 1024;

/**
 * A mark of the byte order at the front is left out. A part is cut in pieces, so that nobody else
 * waits until all of it is parsed.
 */
async function* decode(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      yield decoder.decode(chunk.subarray(at, at + pieceBytes), { stream: true });
      await otherTurns();
    }
  }
  yield decoder.decode();
}

function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) breaks += 1;
  }
  return breaks;
}

/** Stands for what a decoder could not read. */
const replacement = '\uFFFD';

function requireReadable({ cells, line }: Line, encoding: string): void {
  const at = cells.findIndex((cell) => cell.includes(replacement));
  if (at < 0) return;
  throw invalid(
    `Line ${line}, column ${at + 1}: is not ${encoding} text. Send the file as UTF-8, or name its encoding`,
  );
}

/** Errors of the parser name the row by what came before it, as it was never seen whole. */
function asInvalid(error: Error, line: number): Error {
  if (!(error instanceof CsvError)) return error;
  const { code, message } = error;
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return invalid(
      `The row that begins in line ${line} or below has over ${rowCharactersMax} characters; a quote may not be closed`,
    );
  }
  if (code === 'CSV_INVALID_CLOSING_QUOTE') {
    return invalid(`In line ${line} or below a text goes on behind its closing quote`);
  }
  if (code !== 'CSV_QUOTE_NOT_CLOSED') return invalid(message);
  return invalid(`A quote is opened in line ${line} or below and never closed`);
}

async function* readObjects(bytes: AsyncIterable<Buffer>): AsyncGenerator<SourceRow> {
  let rest = '';
  let line = 0;
  for await (const text of decode(bytes, 'utf-8')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > rowCharactersMax) {
      throw invalid(`Line ${line + lines.length + 1} has over ${rowCharactersMax} characters`);
    }
    for (const each of lines) {
      line += 1;
      if (each.trim() !== '') yield { line, ...readObject(each) };
    }
  }
  if (rest.trim() !== '') yield { line: line + 1, ...readObject(rest) };
}

function readObject(text: string): Omit<SourceRow, 'line'> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { cells: { ...value } };
    }
  } catch {
    // Told of the row, which leaves the others alone.
  }
  return { cells: {}, problem: 'is no JSON object' };
}
