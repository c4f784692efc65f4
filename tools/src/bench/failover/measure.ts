import { say } from '../../mesh/say.ts';
import { atMost, shown, type Measurement, type Row } from '../measurement.ts';
import { contenders } from './contenders.ts';
import { isFault, type FaultName } from './faults.ts';
import { runCells, type Cell } from './cells.ts';
import { sideBySide } from './side-by-side.ts';

const ours = 'ours';
const peers = Object.keys(contenders).filter((name) => name !== ours);

/** What a peer can be put through. */
const shared: readonly FaultName[] = [
  'kill',
  'kill-in-flight',
  'hang',
  'partition',
  'stale-return',
  'restart',
  'replica-kill',
];

/** Seconds without an answer, for reading and for writing, that ours has to stay within. */
const bounds: Readonly<Record<FaultName, readonly [reads: number, writes: number]>> = {
  kill: [0.3, 0.5],
  'kill-in-flight': [0.3, 1],
  hang: [0.3, 2.5],
  partition: [0.3, 2.5],
  'stale-return': [0.3, 2.5],
  restart: [0.5, 0.5],
  'replica-kill': [0.3, 1.5],
  stall: [0.3, 1],
  switchover: [0.5, 0.5],
};

/** This repository's data source beside those that exist: the same servers, load and faults. */
export const measurement: Measurement = {
  about: `what callers notice when a MySQL server fails: ours beside ${peers.length} others`,
  run: async ({ runs }) => {
    const faults = Object.keys(bounds).filter(isFault);
    const own = Array.from({ length: runs }, () => faults.map((fault) => ({ name: ours, fault })));
    const others = peers.flatMap((name) => shared.map((fault) => ({ name, fault })));
    say(
      `  ${own.flat().length} runs of about 25 s, then ${others.length} of others, two at a time`,
    );
    // What is measured to the tenth of a second has the machine for itself.
    const cells = [...(await runCells(own.flat(), 1)), ...(await runCells(others, 2))];
    return [
      ...faults.flatMap((fault) => ourRows(fault, cells, runs)),
      ...others.flatMap(({ name, fault }) => peerRows(name, fault, cells)),
    ];
  },
  table: sideBySide,
};

function ourRows(fault: FaultName, cells: readonly Cell[], runs: number): readonly Row[] {
  const own = cells.filter((cell) => cell.name === ours && cell.fault === fault);
  const [reads, writes] = bounds[fault];
  return rowsOf(ours, fault, own).map((row) => {
    if (row.id.endsWith('.reads')) return atMost(reads, row);
    if (row.id.endsWith('.writes')) return atMost(writes, row);
    return row.id.endsWith('.runs') ? { ...shown(row), ok: row.value === runs } : atMost(0, row);
  });
}

const peerRows = (name: string, fault: FaultName, cells: readonly Cell[]): readonly Row[] =>
  rowsOf(
    name,
    fault,
    cells.filter((cell) => cell.name === name && cell.fault === fault),
  ).map(shown);

type Figure = { readonly id: string; readonly value: number; readonly unit: string };

/** Times as the median of all runs, whatever must not happen as the most of them. */
function rowsOf(name: string, fault: FaultName, cells: readonly Cell[]): readonly Figure[] {
  const id = (what: string): string => `failover.${name}.${fault}.${what}`;
  const count = (what: keyof Cell['counts']): Figure => ({
    id: id(what),
    value: Math.max(0, ...cells.map(({ counts }) => counts[what])),
    unit: '',
  });
  const gap = (what: 'reads' | 'writes'): Figure => ({
    id: id(what),
    value: median(cells.map(({ gapSeconds }) => gapSeconds[what])),
    unit: 's without',
  });
  return [
    gap('reads'),
    gap('writes'),
    count('readErrors'),
    count('writeErrors'),
    count('hung'),
    count('lost'),
    count('doubled'),
    count('ghosts'),
    { id: id('runs'), value: cells.length, unit: 'runs' },
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
