import type { Row } from '../measurement.ts';
import { contenders } from './contenders.ts';

/** A line for each contender, a column for each fault. */
export function sideBySide(rows: readonly Row[]): readonly (readonly string[])[] {
  const cells = new Map<string, Map<string, number>>();
  const faults: string[] = [];
  for (const { id, value } of rows) {
    const [, name = '', fault = '', what = ''] = id.split('.');
    if (!faults.includes(fault)) faults.push(fault);
    const key = `${name} ${fault}`;
    const figures = cells.get(key) ?? new Map<string, number>();
    cells.set(key, figures.set(what, value));
  }
  const head = ['longest time without a read / a write, in seconds', ...faults];
  const lines = Object.entries(contenders).map(([name, { title }]) => [
    title,
    ...faults.map((fault) => textOf(cells.get(`${name} ${fault}`))),
  ]);
  return [head, ...lines];
}

/** `0.05 / 0.39; errors 0/12; lost 3`: what did not happen is left out. */
function textOf(figures: ReadonlyMap<string, number> | undefined): string {
  const of = (what: string): number => figures?.get(what) ?? 0;
  if (of('runs') === 0) return '–';
  const parts = [`${time(of('reads'))} / ${time(of('writes'))}`];
  if (of('readErrors') + of('writeErrors') > 0) {
    parts.push(`errors ${of('readErrors')}/${of('writeErrors')}`);
  }
  for (const what of ['hung', 'lost', 'doubled', 'ghosts']) {
    if (of(what) > 0) parts.push(`${what} ${of(what)}`);
  }
  return parts.join('; ');
}

const time = (seconds: number): string =>
  Number.isFinite(seconds) ? String(Number(seconds.toPrecision(2))) : 'never';
