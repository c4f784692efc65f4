import type { Changes } from './audit.ts';
import type { Memory, Work } from './command.ts';
import { customRowChecks } from './custom-field-taken.ts';
import { columnNamed, type Entity, type Stamps } from './entity.ts';
import { invalid, type FieldProblem } from '../errors.ts';
import { checkInputs, missingFields, type CheckedInput, type Input, type Values } from './input.ts';
import {
  insertRecords,
  newRow,
  planChange,
  withDefaults,
  writeChanges,
  type Change,
  type Rules,
} from './record.ts';
import { asText } from '../text.ts';
import { mapInTurns } from '../turns.ts';
import { findMatches, findTaken, fold, keyOf, takenProblems, type Match } from './upsert-match.ts';

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
  /** Whether records are made, changed or both. Both when left out. */
  readonly mode?: 'CREATE' | 'UPDATE' | 'UPSERT';
  /** Checks everything and writes nothing: the result is what would be. */
  readonly isDryRun?: boolean;
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
  /** As it would be; null when the input itself is wrong. */
  readonly planned: RowPlan<Row> | null;
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
  const checked = await checkInputs(work.manager, entity, { inputs, mode: 'update' });
  const plans = await planRows(work, entity, { upsert, checked });
  if (upsert.isDryRun) return { result: summarise(entity, plans), created: [], changed: [] };

  const good = plans.flatMap(({ problems, before, planned }) =>
    planned && problems.length === 0 ? [{ before, ...planned }] : [],
  );
  const created = good.filter(({ before }) => before === null).map(({ row }) => row);
  await insertRecords(work, entity, created);
  const written = await writeChanges(
    work,
    entity,
    good.flatMap(({ before, changes }) => (before === null ? [] : [{ before, changes }])),
  );
  const changed = written.filter(({ changedFields }) => changedFields.length > 0);
  return { result: summarise(entity, plans), created, changed };
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

const summarise = <Row extends Stamps>(
  entity: Entity<Row>,
  plans: readonly Plan<Row>[],
): BulkResult =>
  bulkResult(
    plans.map(({ index, problems, before, planned }) => {
      if (planned === null || problems.length > 0) {
        return { index, outcome: 'REFUSED', id: before?.id ?? null, problems };
      }
      const { row, changes } = planned;
      const isChanged = Object.keys(changes).some(
        (name) => !columnNamed(entity, name)?.field.internal,
      );
      const outcome = isChanged ? 'UPDATED' : 'UNCHANGED';
      return { index, outcome: before === null ? 'CREATED' : outcome, id: row.id, problems };
    }),
  );

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
  const customProblems = await customRowChecks(
    work,
    entity,
    checked.map(({ values }) => values),
  );
  const seen = new Set<string>();
  const isTwice = repetitions(unique);
  return mapInTurns(checked, (each, index) => {
    const { values } = each;
    const key = keyOf(matchOn, (name) => values.get(name));
    const match = existing.get(key ?? '');
    const before = match?.row ?? null;
    const others = [
      ...matchProblems(upsert, { isTwice: isRepeated(seen, key), match }),
      ...takenProblems(taken, { unique, values, id: before?.id }),
    ];
    // What follows from a record is not asked of one that lacks what it follows from.
    const wrong = inputProblems(entity, each, before);
    if (wrong.length > 0) return { index, problems: [...wrong, ...others], before, planned: null };
    const given = before === null ? values : onlyGiven(upsert.inputs[index], values);
    const planned = planRow(work, entity, { before, values: given, rules: upsert.rules });
    const repeated =
      others.length > 0 ? [] : [...isTwice(values), ...customProblems(given, before)];
    const ruled = ruleProblems(upsert, index, planned.row);
    return { index, problems: [...others, ...repeated, ...ruled], before, planned };
  });
}

/** A record that is there needs nothing that it is not given. */
const inputProblems = (
  entity: Entity,
  { values, problems }: CheckedInput,
  before: Stamps | null,
): readonly FieldProblem[] =>
  before === null ? [...problems, ...missingFields(entity, values)] : problems;

/** Tells which unique values of a row an earlier good row of the call has asked for. */
function repetitions(unique: readonly string[]): (values: Values) => FieldProblem[] {
  const seen = new Map(unique.map((name) => [name, new Set<string>()]));
  return (values) =>
    [...seen].flatMap(([name, known]) => {
      const value = values.get(name) ?? null;
      return value !== null && isRepeated(known, fold(asText(value)))
        ? [{ path: name, message: 'is named twice in this call' }]
        : [];
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

function matchProblems<Row extends Stamps>(
  { matchOn, mode = 'UPSERT' }: Upsert<Row>,
  { isTwice, match }: { readonly isTwice: boolean; readonly match: Match<Row> | undefined },
): FieldProblem[] {
  const problem = (message: string): FieldProblem[] => [{ path: matchOn.join('+'), message }];
  if (isTwice) return problem('is named twice in this call');
  if (!match) return mode === 'UPDATE' ? problem('is that of no record') : [];
  if (match.isAmbiguous) return problem('is that of several records');
  if (mode === 'CREATE') return problem('is that of a record that is there');
  return match.isWritable ? [] : problem('is taken by a record that you may not change');
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
