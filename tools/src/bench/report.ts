import type { Measured, Report, Row } from './measurement.ts';

export type Form = 'json' | 'markdown' | 'text';

/** Prints the figures for a person, or as one object, and gives the exit status. */
export function printReport(name: string, at: string, { measured, form }: Printed): number {
  const rows = measured.flatMap((each) => each.rows);
  const report: Report = { name, at, rows };
  const text =
    form === 'json'
      ? JSON.stringify(report)
      : measured.map((each) => format(tableOf(each), form)).join('\n\n');
  process.stdout.write(`${text}\n`);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}

type Printed = { readonly measured: readonly Measured[]; readonly form: Form };

type Table = readonly (readonly string[])[];

function tableOf({ measurement, rows }: Measured): Table {
  if (!measurement.table) return [['', 'value', 'unit', 'bound', ''], ...rows.map(cellsOf)];
  // Figures that missed their bound must not hide between the others.
  const missed = rows.filter(({ ok }) => !ok).map((row) => cellsOf(row).slice(0, 4));
  return [...measurement.table(rows), ...missed.map((cells) => [`MISSED ${cells.join(' ')}`])];
}

const cellsOf = ({ id, value, unit, bound, ok }: Row): string[] => [
  id,
  String(value),
  unit,
  bound ?? '',
  ok ? '' : 'MISSED',
];

function format(table: Table, form: Form): string {
  if (form === 'markdown') return markdownOf(table);
  const [head = []] = table;
  const widths = head.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, at) => pad(cell, widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function markdownOf([head = [], ...lines]: Table): string {
  return [head, head.map(() => '---'), ...lines].map(markdownLine).join('\n');
}

const markdownLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const pad = (cell: string, width: number): string =>
  isNumber(cell) ? cell.padStart(width) : cell.padEnd(width);

const isNumber = (cell: string): boolean => cell !== '' && Number.isFinite(Number(cell));
