import { SaxesParser } from 'saxes';
import { invalid } from '../errors.ts';
import { dateReader, readStyles } from './workbook-dates.ts';
import { readDirectory, readEntry, type RandomAccess, type ZipEntry } from './zip-reader.ts';

/** A row of a sheet; the cells in their columns, empty ones as empty texts. */
export type SheetRow = { readonly line: number; readonly cells: readonly string[] };

const sheetBytesMax = 2 * 1024 * 1024 * 1024;
const textsBytesMax = 128 * 1024 * 1024;
const partBytesMax = 16 * 1024 * 1024;
const columnsMax = 2000;

type Archive = { readonly file: RandomAccess; readonly entries: ReadonlyMap<string, ZipEntry> };

/** The rows of the first sheet, one by one; the texts that its cells share are held. */
export async function* readSheet(file: RandomAccess): AsyncGenerator<SheetRow> {
  const archive = { file, entries: await readDirectory(file) };
  const workbook = await readAll(archive, 'xl/workbook.xml');
  const sheet = archive.entries.get(await firstSheet(archive, workbook));
  if (!sheet) throw invalid('The workbook has no sheet');
  const isDate = readStyles(await readAll(archive, 'xl/styles.xml'));
  const dateOf = dateReader(/date1904="(?:1|true)"/.test(workbook));
  const texts = await readTexts(archive);
  const cells = { texts, isDate, dateOf };
  const rows: SheetRow[] = [];
  const parser = sheetParser(cells, (row) => rows.push(row));
  for await (const text of decoded(readEntry(file, sheet, sheetBytesMax))) {
    parser.write(text);
    yield* rows.splice(0);
  }
  parser.close();
  yield* rows;
}

async function readAll({ file, entries }: Archive, name: string): Promise<string> {
  const entry = entries.get(name);
  if (!entry) return '';
  let text = '';
  for await (const part of decoded(readEntry(file, entry, partBytesMax))) text += part;
  return text;
}

async function* decoded(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const usualSheet = 'xl/worksheets/sheet1.xml';

async function firstSheet(archive: Archive, workbook: string): Promise<string> {
  const id = /<(?:\w+:)?sheet\s[^>]*?\w+:id="([^"]+)"/.exec(workbook)?.[1];
  const relations = await readAll(archive, 'xl/_rels/workbook.xml.rels');
  const relation = [...relations.matchAll(/<Relationship\s[^>]*>/g)].find(
    ([each]) => /\bId="([^"]+)"/.exec(each)?.[1] === id,
  )?.[0];
  const target = /\bTarget="([^"]+)"/.exec(relation ?? '')?.[1];
  if (target === undefined) return usualSheet;
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

/** The part of a name behind its prefix: some programs write `x:row`. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Texts that cells name by their numbers. How they sound in Japanese is no part of them. */
async function readTexts({ file, entries }: Archive): Promise<readonly string[]> {
  const entry = entries.get('xl/sharedStrings.xml');
  if (!entry) return [];
  const texts: string[] = [];
  let text = '';
  let isText = false;
  let isSound = false;
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => {
    const tag = localName(name);
    if (tag === 'si') text = '';
    if (tag === 'rPh') isSound = true;
    isText = tag === 't' && !isSound;
  });
  parser.on('text', (part) => {
    if (isText) text += part;
  });
  parser.on('closetag', ({ name }) => {
    const tag = localName(name);
    if (tag === 'rPh') isSound = false;
    if (tag === 't') isText = false;
    if (tag === 'si') texts.push(text);
  });
  parser.on('error', fail);
  for await (const part of decoded(readEntry(file, entry, textsBytesMax))) parser.write(part);
  parser.close();
  return texts;
}

function fail(error: Error): never {
  throw invalid(`The workbook cannot be read: ${error.message.slice(0, 100)}`);
}

type CellRules = {
  readonly texts: readonly string[];
  readonly isDate: (style: number) => boolean;
  readonly dateOf: (serial: number) => string;
};

type Cell = { readonly column: number; readonly type: string; readonly style: number };

function sheetParser(rules: CellRules, take: (row: SheetRow) => void): SaxesParser {
  const parser = new SaxesParser();
  let line = 0;
  let cells: string[] = [];
  let cell: Cell | null = null;
  let value = '';
  let isValue = false;
  parser.on('opentag', ({ name, attributes }) => {
    const tag = localName(name);
    if (tag === 'row') {
      line = Number(attributes['r'] ?? line + 1);
      cells = [];
    } else if (tag === 'c') {
      cell = cellOf(attributes, cells.length);
      value = '';
    }
    isValue = tag === 'v' || tag === 't';
  });
  parser.on('text', (part) => {
    if (isValue && cell) value += part;
  });
  parser.on('closetag', ({ name }) => {
    const tag = localName(name);
    isValue = false;
    if (tag === 'c' && cell) put(cells, cell.column, textOf(rules, cell, value));
    if (tag === 'row' && cells.some((each) => each !== '')) take({ line, cells });
  });
  parser.on('error', fail);
  return parser;
}

function cellOf(attributes: Readonly<Record<string, string>>, next: number): Cell {
  const { r: reference, t: type = 'n', s: style = '0' } = attributes;
  const column = reference === undefined ? next : columnOf(reference);
  if (column >= columnsMax) throw invalid(`A sheet may have ${columnsMax} columns`);
  return { column, type, style: Number(style) };
}

/** `AB12` is in the column 27, counted from 0. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.replace(/\d+$/, '')) {
    column = column * 26 + letter.charCodeAt(0) - 64;
  }
  return column - 1;
}

function put(cells: string[], column: number, text: string): void {
  while (cells.length < column) cells.push('');
  cells[column] = text;
}

function textOf(rules: CellRules, { type, style }: Cell, value: string): string {
  if (type === 's') return rules.texts[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'true' : 'false';
  if (type !== 'n' || value === '') return value;
  return rules.isDate(style) ? rules.dateOf(Number(value)) : plainNumber(value);
}

/** `1.2E3` as 1200, which other formats write. */
function plainNumber(value: string): string {
  if (!/e/i.test(value)) return value;
  const number = Number(value);
  return Number.isInteger(number) ? number.toFixed(0) : String(number);
}
