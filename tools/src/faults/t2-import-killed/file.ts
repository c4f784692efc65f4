/** A row that has to be refused: the line on which it begins, and where its fault is. */
export type BadRow = { readonly line: number; readonly path: string };

export type ImportFile = {
  readonly parts: () => Generator<Buffer>;
  readonly good: number;
  readonly bad: readonly BadRow[];
};

const badEvery = 100;
const rowsPerPart = 5000;
const columns = ['code', 'name', 'level', 'established', 'headcount', 'street', 'phone'];

type Row = { readonly cells: string; readonly lines: number; readonly path: string | null };

/** As a spreadsheet in China writes it: a mark of the byte order, CRLF, quotes with commas and lines. */
export function importFile(mark: string, rows: number): ImportFile {
  const bad: BadRow[] = [];
  let line = 2;
  for (let at = 0; at < rows; at += 1) {
    const row = rowAt(mark, at);
    if (row.path !== null) bad.push({ line, path: row.path });
    line += row.lines;
  }
  return { parts: () => partsOf(mark, rows), good: rows - bad.length, bad };
}

function* partsOf(mark: string, rows: number): Generator<Buffer> {
  yield Buffer.from(`\uFEFF${columns.join(',')}\r\n`);
  for (let from = 0; from < rows; from += rowsPerPart) {
    const count = Math.min(rowsPerPart, rows - from);
    const texts = Array.from({ length: count }, (_, at) => rowAt(mark, from + at).cells);
    yield Buffer.from(`${texts.join('\r\n')}\r\n`);
  }
}

/** In each hundred one is bad, each time in another way. */
function rowAt(mark: string, at: number): Row {
  const isBad = at % badEvery === badEvery - 1;
  const fault = faults[Math.floor(at / badEvery) % faults.length];
  const good = goodRow(mark, at);
  if (!isBad || !fault) return { cells: good.join(','), lines: at % 7 === 3 ? 2 : 1, path: null };
  const cells = fault.spoil(good.with(5, 'x'), goodRow(mark, at - 1));
  return { cells: cells.join(','), lines: 1, path: fault.path };
}

function goodRow(mark: string, at: number): string[] {
  const lineBreak = at % 7 === 3 ? '\r\n' : ' ';
  return [
    `${mark}-${at}`,
    `"苏州""恒泰""𠮷${at}号机械, 有限公司 🌸"`,
    at % 3 === 0 ? 'KEY' : 'REGULAR',
    '2009-05-12',
    String(at % 500),
    `"浦东大道${at}号,${lineBreak}3楼"`,
    `021-5${String(at).padStart(7, '0')}`,
  ];
}

type Fault = {
  /** Where the problem is told; empty when the row as a whole is wrong. */
  readonly path: string;
  readonly spoil: (cells: readonly string[], before: readonly string[]) => readonly string[];
};

const faults: readonly Fault[] = [
  { path: 'level', spoil: (cells) => cells.with(2, 'NONE') },
  { path: 'name', spoil: (cells) => cells.with(1, '') },
  { path: 'establishedOn', spoil: (cells) => cells.with(3, '2009-02-30') },
  { path: 'headcount.total', spoil: (cells) => cells.with(4, 'many') },
  { path: 'name', spoil: (cells) => cells.with(1, '长'.repeat(201)) },
  { path: '', spoil: (cells) => cells.slice(0, 4) },
  // The same record once more.
  { path: '', spoil: (cells, before) => cells.with(0, before[0] ?? '') },
];
