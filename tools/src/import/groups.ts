import { UserError } from '../mesh/say.ts';
import { type CsvRow, readRows } from './csv.ts';
import type { DetailsPlan, RowPlan } from './plan.ts';
import { cellOf } from './record.ts';

/** A row and those that belong to it. Details without a row belong to nobody. */
export type Group = { readonly row: CsvRow | null; readonly details: readonly CsvRow[] };

/** How far ahead the other file is read: a file that is shorter may be in any order. */
const rowsAheadMax = 50_000;

const rowsOfGroupMax = 10_000;

/** Rows of one file that follow each other and share a value. The first stands for all. */
export async function* groupsOf(rows: RowPlan, { by }: DetailsPlan): AsyncGenerator<Group> {
  let key: string | null = null;
  let details: CsvRow[] = [];
  for await (const row of readRows(rows.file)) {
    const next = cellOf(rows, row, by.main);
    if (next !== key && details[0]) {
      yield { row: details[0], details };
      details = [];
    }
    key = next;
    details.push(row);
    requireBounded(rows, details);
  }
  if (details[0]) yield { row: details[0], details };
}

/**
 * Each row of the main file with the rows of the other file that name it. Both are read once, the
 * other one ahead, so that it need not be in the same order unless it is long.
 */
export async function* joinedGroups(rows: RowPlan, plan: DetailsPlan): AsyncGenerator<Group> {
  const ahead = readAhead(plan);
  try {
    for await (const row of readRows(rows.file)) {
      yield { row, details: await ahead.take(cellOf(rows, row, plan.by.main)) };
    }
    for await (const details of ahead.rest()) yield { row: null, details };
  } finally {
    await ahead.close();
  }
}

type Ahead = {
  readonly take: (key: string) => Promise<readonly CsvRow[]>;
  /** What nobody took. */
  readonly rest: () => AsyncGenerator<readonly CsvRow[]>;
  readonly close: () => Promise<unknown>;
};

function readAhead(plan: DetailsPlan): Ahead {
  const source = readRows(plan.file);
  const waiting = new Map<string, CsvRow[]>();
  let count = 0;
  let isAtEnd = false;
  let isLong = false;

  /** Reads until as many rows wait as may. */
  async function fill(): Promise<void> {
    while (!isAtEnd && count < rowsAheadMax) {
      const next = await source.next();
      if (next.done) {
        isAtEnd = true;
        return;
      }
      const key = cellOf(plan, next.value, plan.by.file);
      const group = waiting.get(key) ?? [];
      group.push(next.value);
      requireBounded(plan, group);
      waiting.set(key, group);
      count++;
    }
    isLong ||= !isAtEnd;
  }

  return {
    take: async (key) => {
      await fill();
      const rows = waiting.get(key);
      if (rows === undefined) return [];
      waiting.delete(key);
      count -= rows.length;
      return rows;
    },
    rest: async function* rest() {
      for (await fill(); waiting.size > 0; await fill()) {
        const groups = [...waiting.values()];
        if (isLong) throw tooFarApart(plan, groups);
        waiting.clear();
        count = 0;
        yield* groups;
      }
    },
    close: () => source.return(undefined),
  };
}

function tooFarApart({ file, by }: DetailsPlan, groups: readonly (readonly CsvRow[])[]): UserError {
  return new UserError(
    `${file.path} line ${groups[0]?.[0]?.line ?? 1}: no row of the main file within reach has this ${by.file}. ` +
      `Files of more than ${rowsAheadMax} rows must both be sorted by it.`,
  );
}

function requireBounded({ file }: RowPlan, rows: readonly CsvRow[]): void {
  if (rows.length <= rowsOfGroupMax) return;
  throw new UserError(
    `${file.path} line ${rows[0]?.line ?? 1}: more than ${rowsOfGroupMax} rows belong to one record`,
  );
}
