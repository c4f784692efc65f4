import type { Changes } from './audit.ts';
import type { Memory, Work } from './command.ts';
import { columnNamed, encode, valueAt, type Column, type Entity, type Stamps } from './entity.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import { checkInputs, type CheckedInput, type Input, type Values } from './input.ts';
import { scopeSql } from './policy.ts';
import {
  insertRecords,
  newRow,
  planChange,
  withDefaults,
  writeChanges,
  type Change,
  type Rules,
} from './record.ts';
import { raw, sql, type Sql } from '../sql.ts';
import { findByIds, selectRows } from './store.ts';
import { asText } from '../text.ts';

export type BulkRow = {
  readonly index: number;
  readonly outcome: 'CREATED' | 'REFUSED' | 'UNCHANGED' | 'UPDATED';
  readonly id: string | null;
  readonly problems: readonly FieldProblem[];
};

export type BulkResult = {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly rows: readonly BulkRow[];
};

export const bulkRowsMax = 500;

type Upsert<Row extends Stamps> = {
  readonly inputs: readonly Input[];
  /** The fields that say which record a row means; all must be given to match one. */
  readonly matchOn: readonly string[];
  /** Other fields that are unique among live records. */
  readonly unique?: readonly string[];
  /** What the caller already knows to be wrong with the input at a place. */
  readonly problemsAt?: (index: number) => readonly FieldProblem[];
  readonly rules: Rules<Row>;
};

export type Upserted<Row> = {
  readonly result: BulkResult;
  readonly created: readonly Row[];
  readonly changed: readonly Change<Row>[];
};

type Plan<Row> = {
  readonly index: number;
  readonly problems: readonly FieldProblem[];
  readonly before: Row | null;
  /** As it would be. */
  readonly row: Row;
  readonly changes: Changes;
};

/**
 * Creates or changes many records in the caller's transaction. A bad row is refused with its
 * reasons and leaves the others alone; a row that changes nothing writes nothing.
 */
export async function upsertRecords<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  upsert: Upsert<Row>,
): Promise<Upserted<Row>> {
  if (upsert.inputs.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} rows`);
  const inputs = upsert.inputs.map((input) => withDefaults(input, upsert.rules));
  const checked = await checkInputs(work.manager, entity, { inputs, mode: 'create' });
  const plans = await planRows(work, entity, { upsert, checked });
  const good = plans.filter(({ problems }) => problems.length === 0);

  const created = good.filter(({ before }) => before === null).map(({ row }) => row);
  await insertRecords(work, entity, created);
  const written = await writeChanges(
    work,
    entity,
    good.flatMap(({ before, changes }) => (before === null ? [] : [{ before, changes }])),
  );
  const changed = written.filter(({ changedFields }) => changedFields.length > 0);
  return { result: summarise(plans, changed), created, changed };
}

/** Keeps the ids and outcomes, so that a repeated call gives the same answer. */
export const bulkMemory: Memory<BulkResult> = {
  keep: (result) =>
    result.rows.map(({ index, outcome, id, problems }) => [index, outcome, id, problems]),
  recall: (_, kept) =>
    Promise.resolve(
      bulkResult(
        (Array.isArray(kept) ? kept : []).map(([index, outcome, id, problems]) => ({
          index,
          outcome,
          id,
          problems,
        })),
      ),
    ),
};

export const bulkResult = (rows: readonly BulkRow[]): BulkResult => {
  const count = (wanted: BulkRow['outcome']): number =>
    rows.filter(({ outcome }) => outcome === wanted).length;
  return {
    created: count('CREATED'),
    updated: count('UPDATED'),
    unchanged: count('UNCHANGED'),
    refused: count('REFUSED'),
    rows,
  };
};

function summarise<Row extends Stamps>(
  plans: readonly Plan<Row>[],
  changed: readonly Change<Row>[],
): BulkResult {
  const changedIds = new Set(changed.map(({ after }) => after.id));
  return bulkResult(
    plans.map(({ index, problems, before, row }) => {
      if (problems.length > 0)
        return { index, outcome: 'REFUSED', id: before?.id ?? null, problems };
      const outcome = changedIds.has(row.id) ? 'UPDATED' : 'UNCHANGED';
      return { index, outcome: before === null ? 'CREATED' : outcome, id: row.id, problems };
    }),
  );
}

type Planning<Row extends Stamps> = {
  readonly upsert: Upsert<Row>;
  readonly checked: readonly CheckedInput[];
};

async function planRows<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { upsert, checked }: Planning<Row>,
): Promise<Plan<Row>[]> {
  const { matchOn, unique = [] } = upsert;
  const existing = await findMatches(work, entity, { matchOn, checked });
  const taken = await findTaken(work, entity, { unique, checked });
  const seen = new Set<string>();
  return checked.map(({ values, problems }, index) => {
    const key = keyOf(matchOn, (name) => values.get(name));
    const match = existing.get(key ?? '');
    const before = match?.row ?? null;
    const given = before === null ? values : onlyGiven(upsert.inputs[index], values);
    const { row, changes } = planRow(work, entity, { before, values: given, rules: upsert.rules });
    const others = [
      ...matchProblems(matchOn, { isTwice: isRepeated(seen, key), match }),
      ...takenProblems(taken, { unique, values, id: row.id }),
    ];
    const ruled = problems.length > 0 ? [] : ruleProblems(upsert, index, row);
    return { index, problems: [...problems, ...others, ...ruled], before, row, changes };
  });
}

const ruleProblems = <Row extends Stamps>(
  { problemsAt, rules }: Upsert<Row>,
  index: number,
  row: Row,
): FieldProblem[] => [...(problemsAt?.(index) ?? []), ...(rules.check?.(row) ?? [])];

/** Whether a key has come before, from now on included. */
function isRepeated(seen: Set<string>, key: string | null): boolean {
  if (key === null) return false;
  const isKnown = seen.has(key);
  seen.add(key);
  return isKnown;
}

function matchProblems<Row>(
  matchOn: readonly string[],
  { isTwice, match }: { readonly isTwice: boolean; readonly match: Match<Row> | undefined },
): FieldProblem[] {
  const path = matchOn.join('+');
  if (isTwice) return [{ path, message: 'is named twice in this call' }];
  if (!match || match.isWritable) return [];
  return [{ path, message: 'is taken by a record that you may not change' }];
}

type RowPlan<Row> = { readonly row: Row; readonly changes: Changes };

function planRow<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  {
    before,
    values,
    rules,
  }: { readonly before: Row | null; readonly values: Values; readonly rules: Rules<Row> },
): RowPlan<Row> {
  if (before === null) return { row: newRow(work, entity, { values, rules }), changes: {} };
  const { after, changes } = planChange(entity, before, { values, rules });
  return { row: after, changes };
}

/** Without the defaults of new records, which must not overwrite what a record holds. */
function onlyGiven(input: Input | undefined, values: Values): Values {
  const given = new Map<string, unknown>(Object.entries(input ?? {}));
  return new Map(
    [...values].filter(([name]) => (given.get(name.split('.')[0] ?? '') ?? null) !== null),
  );
}

/** Matching follows the column's collation, which knows neither case nor accents. */
function keyOf(names: readonly string[], valueOf: (name: string) => unknown): string | null {
  const parts = names.map((name) => valueOf(name) ?? null);
  return parts.includes(null) ? null : JSON.stringify(parts.map((part) => fold(asText(part))));
}

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();

type Match<Row> = { readonly row: Row; readonly isWritable: boolean };

async function findMatches<Row extends Stamps>(
  { manager, viewer, now }: Work,
  entity: Entity<Row>,
  {
    matchOn,
    checked,
  }: { readonly matchOn: readonly string[]; readonly checked: readonly CheckedInput[] },
): Promise<ReadonlyMap<string, Match<Row>>> {
  const columns = matchOn.flatMap((name) => columnNamed(entity, name) ?? []);
  const wanted = checked.filter(
    ({ values }) => keyOf(matchOn, (name) => values.get(name)) !== null,
  );
  if (wanted.length === 0) return new Map();
  const keys = wanted.map(({ values }) =>
    columns.map(({ name, field }) => encode(field, values.get(name))),
  );
  const matches = sql`t.deletedAt IS NULL AND ${isAmong(columns, keys)}`;
  const rows = await selectRows(manager, entity, sql`WHERE ${matches} ORDER BY t.id FOR UPDATE`);
  if (rows.length === 0) return new Map();
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const ids = rows.map(({ id }) => id);
  const writable = new Set((await findByIds(manager, entity, { ids, scope })).map(({ id }) => id));
  return new Map(
    rows.map((row) => [
      keyOf(matchOn, (name) => valueAt(row, columnNamed(entity, name)?.path ?? [])) ?? '',
      { row, isWritable: writable.has(row.id) },
    ]),
  );
}

/** `(a, b) IN ((…), …)`, which MySQL looks up in an index as it does a single column. */
function isAmong(columns: readonly Column[], keys: readonly (readonly unknown[])[]): Sql {
  const names = columns.map(({ column }) => `t.\`${column ?? ''}\``).join(', ');
  const mark = `(${columns.map(() => '?').join(', ')})`;
  return {
    text: `(${names}) IN (${keys.map(() => mark).join(', ')})`,
    values: keys.flat(),
  };
}

type Taken = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Who has the unique values that the rows ask for: by field, then by value, the record's id. */
async function findTaken(
  { manager }: Work,
  entity: Entity,
  {
    unique,
    checked,
  }: { readonly unique: readonly string[]; readonly checked: readonly CheckedInput[] },
): Promise<Taken> {
  const taken = new Map<string, Map<string, string>>();
  for (const name of unique) {
    const values = checked.flatMap((each) => each.values.get(name) ?? []);
    if (values.length === 0) continue;
    const rows = await selectRows(
      manager,
      entity,
      sql`WHERE t.deletedAt IS NULL AND ${raw(`t.\`${columnNamed(entity, name)?.column ?? ''}\``)} IN (${values})`,
    );
    taken.set(
      name,
      new Map(
        rows.map((row) => [
          fold(String(valueAt(row, columnNamed(entity, name)?.path ?? []))),
          row.id,
        ]),
      ),
    );
  }
  return taken;
}

const takenProblems = (
  taken: Taken,
  {
    unique,
    values,
    id,
  }: { readonly unique: readonly string[]; readonly values: Values; readonly id: string },
): FieldProblem[] =>
  unique.flatMap((name) => {
    const holder = taken.get(name)?.get(fold(asText(values.get(name))));
    return holder !== undefined && holder !== id
      ? [{ path: name, message: 'is taken by another record' }]
      : [];
  });
