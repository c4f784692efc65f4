import { randomUUID } from 'node:crypto';
import { containsGtids } from '../gtid.ts';
import { recordVersion, type TermRecord } from '../record.ts';
import type { Sight } from './sight.ts';
import type { View } from './view.ts';

type Known = { readonly name: string; readonly view: View };

/** The first record of a cluster, or why nobody but a person can write it. */
export type Bootstrap = { readonly record: TermRecord } | { readonly problem: string };

/** What the keeper read before the store lost everything; null when it has read none. */
export type Former = Pick<TermRecord, 'term' | 'writers'> | null;

type Origin = { readonly cluster: string; readonly former: Former; readonly lineage?: string };

/**
 * Reads the first record off the servers as they are. All must answer: one that is out of sight
 * may be the one that takes writes. Terms go on from the former record, which decides nothing.
 */
export function bootstrap(
  { cluster, former, lineage = randomUUID() }: Origin,
  sights: readonly Sight[],
): Bootstrap {
  const silent = sights.find(({ isUp, view }) => !isUp || !view);
  if (silent) {
    return {
      problem: `There is no term record, and ${silent.name} does not answer (${silent.error})`,
    };
  }
  const known = sights.flatMap(({ name, view }) => (view ? [{ name, view }] : []));
  const stranger = findStranger(known);
  if (stranger) return { problem: stranger };

  const writable = known.filter(({ view }) => !view.isReadOnly);
  if (writable.length > 1) {
    const names = writable.map(({ name }) => name).join(' and ');
    return { problem: `There is no term record, and ${names} both take writes` };
  }
  const writer = writable[0] ?? known.find((one) => holdsAll(one, known));
  if (!writer)
    return { problem: 'There is no term record, and each server holds something of its own' };
  return { record: { cluster, lineage, ...firstRecord(writer, known, former) } };
}

const holdsAll = ({ view }: Known, known: readonly Known[]): boolean =>
  view.receiver === null && known.every((other) => containsGtids(view.gtids, other.view.held));

function findStranger(known: readonly Known[]): string | null {
  const withHistory = known.filter(({ view }) => view.gtids.size > 0);
  const [first, ...rest] = withHistory;
  const stranger = rest.find(
    ({ view }) => ![...view.gtids.keys()].some((origin) => first?.view.gtids.has(origin)),
  );
  return stranger
    ? `${stranger.name} shares no transaction with ${first?.name}: they are not of one cluster`
    : null;
}

const firstRecord = (
  writer: Known,
  known: readonly Known[],
  former: Former,
): Omit<TermRecord, 'cluster' | 'lineage'> => ({
  version: recordVersion,
  term: (former?.term ?? 0) + 1,
  writer: writer.name,
  standby: [],
  standbySince: {},
  phase: 'serving',
  was: null,
  members: Object.fromEntries(known.map(({ name, view }) => [name, view.uuid])),
  writers: [...new Set([...(former?.writers ?? []), writer.view.uuid])],
});
