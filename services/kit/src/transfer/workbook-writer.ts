import { constants, crc32, deflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { cellText, headingsOf, type FileWriter } from './export-format.ts';

/**
 * Writes a workbook of one sheet as it goes: each call ends the compressed stream at a byte, so that
 * whoever has the sums of what was written can go on. Libraries hold the whole sheet, or the stream.
 */
const stateSchema = z.object({
  crc: z.number(),
  size: z.number(),
  packed: z.number(),
  /** Where the sheet begins in the file. */
  at: z.number(),
  row: z.number(),
});

type State = z.infer<typeof stateSchema>;

const sheetName = 'xl/worksheets/sheet1.xml';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const mime = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** What is the same in every workbook. */
const fixed: readonly (readonly [name: string, xml: string])[] = [
  [
    '[Content_Types].xml',
    `<Types xmlns="${packages}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${mime}.sheet.main+xml"/>` +
      `<Override PartName="/${sheetName}" ContentType="${mime}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" ` +
      `Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>` +
      '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" ` +
      `Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
];

type Entry = {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly packed: number;
  readonly at: number;
  /** The sums follow the data, because they were not known before. */
  readonly isOpen: boolean;
};

const fixedEntries = (): { readonly entries: readonly Entry[]; readonly bytes: Buffer } => {
  const parts: Buffer[] = [];
  let at = 0;
  const entries = fixed.map(([name, xml]): Entry => {
    const plain = Buffer.from(declaration + xml);
    const data = deflateRawSync(plain);
    const entry = {
      name,
      crc: crc32(plain),
      size: plain.length,
      packed: data.length,
      at,
      isOpen: false,
    };
    const written = Buffer.concat([localHeader(entry), data]);
    parts.push(written);
    at += written.length;
    return entry;
  });
  return { entries, bytes: Buffer.concat(parts) };
};

const opening = `${declaration}<worksheet xmlns="${main}"><sheetData>`;
const closing = '</sheetData></worksheet>';

export const workbookWriter: FileWriter = {
  begin: (columns, headings) => {
    const before = fixedEntries().bytes;
    const entry = { name: sheetName, crc: 0, size: 0, packed: 0, at: before.length, isOpen: true };
    const empty: State = { crc: 0, size: 0, packed: 0, at: before.length, row: 1 };
    const head = rowXml(1, headingsOf(columns, headings));
    const { bytes, state } = add(empty, opening + head);
    return { bytes: Buffer.concat([before, localHeader(entry), bytes]), state };
  },
  add: (columns, rows, state) => {
    const before = stateSchema.parse(state);
    let { row } = before;
    let xml = '';
    for (const each of rows) {
      row += 1;
      xml += rowXml(
        row,
        columns.map(({ valueOf }) => valueOf(each)),
      );
    }
    return add({ ...before, row }, xml);
  },
  end: (state) => {
    const last = add(stateSchema.parse(state), closing, constants.Z_FINISH);
    const { crc, size, packed, at } = last.state;
    const sheet: Entry = { name: sheetName, crc, size, packed, at, isOpen: true };
    const entries = [...fixedEntries().entries, sheet];
    const sums = descriptor(sheet);
    const directory = Buffer.concat(entries.map(directoryEntry));
    const directoryAt = at + localHeader(sheet).length + packed + sums.length;
    return Buffer.concat([
      last.bytes,
      sums,
      directory,
      endRecord({ count: entries.length, length: directory.length, at: directoryAt }),
    ]);
  },
};

function add(
  state: State,
  xml: string,
  finishFlush: number = constants.Z_SYNC_FLUSH,
): { readonly bytes: Buffer; readonly state: State } {
  const plain = Buffer.from(xml);
  const bytes = deflateRawSync(plain, { finishFlush });
  return {
    bytes,
    state: {
      ...state,
      crc: crc32(plain, state.crc),
      size: state.size + plain.length,
      packed: state.packed + bytes.length,
    },
  };
}

const rowXml = (row: number, values: readonly unknown[]): string =>
  `<row r="${row}">${values.map(cellXml).join('')}</row>`;

/** More digits than these a spreadsheet would round. */
const digitsMax = 15;

function cellXml(value: unknown): string {
  if (value === null || value === undefined || value === '') return '<c/>';
  if (typeof value === 'boolean') return `<c t="b"><v>${value ? 1 : 0}</v></c>`;
  if (typeof value === 'number') return `<c><v>${value}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escape(cellText(value))}</t></is></c>`;
}

/** A decimal as a number, where that keeps all of its digits. */
export const plainNumber = (text: string): number | string =>
  text.replaceAll(/\D/g, '').length <= digitsMax ? Number(text) : text;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Control characters have no place in XML, whatever is done with them. */
const escape = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replaceAll(/[&<>]/g, (character) => escapes[character] ?? '');

const version = 20;
const deflated = 8;
const sumsFollow = 0x0008;
const utf8Names = 0x0800;
/** 1 January 1980, the first day that the format knows: equal rows make equal files. */
const firstDay = 0x0021;

const flagsOf = ({ isOpen }: Entry): number => utf8Names | (isOpen ? sumsFollow : 0);

function common(entry: Entry): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt16LE(version, 0);
  bytes.writeUInt16LE(flagsOf(entry), 2);
  bytes.writeUInt16LE(deflated, 4);
  bytes.writeUInt16LE(firstDay, 8);
  bytes.writeUInt32LE(entry.crc, 10);
  bytes.writeUInt32LE(entry.packed, 14);
  bytes.writeUInt32LE(entry.size, 18);
  return bytes;
}

function localHeader(entry: Entry): Buffer {
  const name = Buffer.from(entry.name);
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16LE(name.length, 0);
  const sums = entry.isOpen ? { ...entry, crc: 0, packed: 0, size: 0 } : entry;
  return Buffer.concat([Buffer.from('PK\u0003\u0004'), common(sums), lengths, name]);
}

function descriptor({ crc, packed, size }: Entry): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.write('PK\u0007\u0008', 0, 'latin1');
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(packed, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

function directoryEntry(entry: Entry): Buffer {
  const name = Buffer.from(entry.name);
  const made = Buffer.alloc(2);
  made.writeUInt16LE(version, 0);
  const rest = Buffer.alloc(18);
  rest.writeUInt16LE(name.length, 0);
  rest.writeUInt32LE(entry.at, 14);
  return Buffer.concat([Buffer.from('PK\u0001\u0002'), made, common(entry), rest, name]);
}

function endRecord({
  count,
  length,
  at,
}: {
  readonly count: number;
  readonly length: number;
  readonly at: number;
}): Buffer {
  const bytes = Buffer.alloc(22);
  bytes.write('PK\u0005\u0006', 0, 'latin1');
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(length, 12);
  bytes.writeUInt32LE(at, 16);
  return bytes;
}
