import { finished, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { invalid } from '../errors.ts';
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

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  { encoding, delimiter }: SourceOptions,
): AsyncGenerator<Line> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: rowCharactersMax,
  });
  const texts = Readable.from(decode(bytes, encoding), { objectMode: true, highWaterMark: 2 });
  finished(texts, (error) => error && parser.destroy(error));
  texts.pipe(parser);
  try {
    for await (const parsed of parser) {
      const { record, info }: Parsed = parsed;
      const line = info.lines - lineBreaksIn(record);
      requireReadable(record, line, encoding);
      yield { line, cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? invalid(whatIsWrong(error)) : error;
  } finally {
    texts.destroy();
  }
}

/** A mark of the byte order at the front is left out. */
async function* decode(bytes: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
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

function requireReadable(cells: readonly string[], line: number, encoding: string): void {
  const at = cells.findIndex((cell) => cell.includes(replacement));
  if (at < 0) return;
  throw invalid(
    `Line ${line}, column ${at + 1}: is not ${encoding} text. Send the file as UTF-8, or name its encoding`,
  );
}

type Place = { readonly lines?: number; readonly records?: number };

function whatIsWrong({ code, message, lines, records }: CsvError & Place): string {
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return `The row at line ${lines ?? '?'} has over ${rowCharactersMax} characters; a quote may not be closed`;
  }
  if (code !== 'CSV_QUOTE_NOT_CLOSED') return message;
  return `A quote is opened after ${records ?? '?'} whole rows, the header among them, and never closed`;
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
