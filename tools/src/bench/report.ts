import type { Report, Row } from './measurement.ts';

/** Prints the figures for a person, or as one object, and gives the exit status. */
export function printReport(report: Report, asJson: boolean): number {
  const text = asJson ? JSON.stringify(report) : tableOf(report.rows);
  process.stdout.write(`${text}\n`);
  return report.rows.every(({ ok }) => ok) ? 0 : 1;
}

function tableOf(rows: readonly Row[]): string {
  const lines = [['', 'value', 'unit', 'bound', ''], ...rows.map(cellsOf)];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) =>
          at === 1 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const cellsOf = ({ id, value, unit, bound, ok }: Row): string[] => [
  id,
  String(value),
  unit,
  bound ?? '',
  ok ? '' : 'MISSED',
];
