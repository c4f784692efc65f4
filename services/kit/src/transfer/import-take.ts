import type { FieldProblem } from '../errors.ts';
import type { Work } from '../record/command.ts';
import { columnNamed, valueAt } from '../record/entity.ts';
import { scopeSql } from '../record/policy.ts';
import { columnSql, selectRows } from '../record/store.ts';
import type { BulkRow } from '../record/upsert.ts';
import { raw, sql } from '../sql.ts';
import { storeApart } from './apart.ts';
import type { ImportJob } from './import-job.fields.ts';
import { problemOfRow, type FieldPlan, type ImportPlan, type RowProblem } from './import-plan.ts';
import type { Chunk, ReadRow } from './import-reader.ts';
import type { ImportBatch, Importer, Stored, Taken } from './importer.ts';

export type RefusedRow = {
  readonly row: number;
  readonly line: number;
  readonly problems: readonly RowProblem[];
};

export type TakenChunk = {
  readonly created: readonly Stored[];
  readonly changed: readonly Stored[];
  readonly tally: Readonly<Record<'created' | 'refused' | 'unchanged' | 'updated', number>>;
  readonly refused: readonly RefusedRow[];
  /** What came of each row that was good. */
  readonly outcomes: ReadonlyMap<number, BulkRow['outcome']>;
};

type Taking = {
  readonly importer: Importer;
  readonly job: Pick<ImportJob, 'mode' | 'matchOn' | 'isDryRun'>;
  readonly chunk: Pick<Chunk, 'plan' | 'rows'>;
};

/** Takes the rows of a chunk that can be taken, and says what is wrong with the others. */
export async function takeChunk(work: Work, { importer, job, chunk }: Taking): Promise<TakenChunk> {
  const resolved = await resolveLookups(work, chunk);
  const good = resolved.filter(({ problems }) => problems.length === 0);
  const batch = { mode: job.mode, matchOn: job.matchOn, isDryRun: job.isDryRun };
  const taken = await takeRows(work, { importer, batch, rows: good });
  const bad = resolved.filter(({ problems }) => problems.length > 0).map(refusedRow);
  const refused = [
    ...bad,
    ...taken.refused.map(({ row, problems }) =>
      refusedRow({
        ...row,
        problems: problems.map((problem) => problemOfRow(chunk.plan, row.source, problem)),
      }),
    ),
  ].toSorted((one, other) => one.row - other.row);
  return { ...taken, tally: { ...taken.tally, refused: refused.length }, refused };
}

const refusedRow = ({ row, source, problems }: ReadRow): RefusedRow => ({
  row,
  line: source.line,
  problems,
});

type Batch = Omit<ImportBatch, 'inputs'>;
type Rows = {
  readonly importer: Importer;
  readonly batch: Batch;
  readonly rows: readonly ReadRow[];
};

type Outcome = Pick<TakenChunk, 'created' | 'changed' | 'outcomes'> & {
  readonly tally: Readonly<Record<'created' | 'unchanged' | 'updated', number>>;
  readonly refused: readonly {
    readonly row: ReadRow;
    readonly problems: readonly FieldProblem[];
  }[];
};

async function takeRows(work: Work, { importer, batch, rows }: Rows): Promise<Outcome> {
  const { results, refused } = await storeApart(work, rows, (some) =>
    importer.take(work, { ...batch, inputs: some.map(({ input }) => input) }),
  );
  const taken = results.map(({ items, result }) => outcomeOf(items, result));
  const sum = (name: 'created' | 'unchanged' | 'updated'): number =>
    taken.reduce((total, { tally }) => total + tally[name], 0);
  return {
    created: taken.flatMap(({ created }) => created),
    changed: taken.flatMap(({ changed }) => changed),
    tally: { created: sum('created'), unchanged: sum('unchanged'), updated: sum('updated') },
    refused: [
      ...taken.flatMap((each) => each.refused),
      ...refused.map(({ item, problems }) => ({ row: item, problems })),
    ],
    outcomes: new Map(taken.flatMap(({ outcomes }) => [...outcomes])),
  };
}

const outcomeOf = (rows: readonly ReadRow[], { result, created, changed }: Taken): Outcome => ({
  created: created.map(storedOf),
  changed: changed.map(({ after }) => storedOf(after)),
  tally: result,
  refused: result.rows.flatMap(({ index, outcome, problems }) => {
    const row = rows[index];
    return outcome === 'REFUSED' && row ? [{ row, problems }] : [];
  }),
  outcomes: new Map(
    result.rows.map(({ index, outcome }) => [rows[index]?.row ?? 0, outcome] as const),
  ),
});

const storedOf = ({ id, version }: Stored): Stored => ({ id, version });

type Looked = FieldPlan & { readonly lookup: NonNullable<FieldPlan['lookup']> };

/** The rows with ids in place of what they name, found with one statement for each field. */
async function resolveLookups(
  work: Work,
  { plan, rows }: { readonly plan: ImportPlan; readonly rows: readonly ReadRow[] },
): Promise<readonly ReadRow[]> {
  const fields = plan.fields.filter((field): field is Looked => field.lookup !== null);
  let resolved = rows;
  for (const field of fields) resolved = await resolveField(work, field, resolved);
  return resolved;
}

async function resolveField(
  work: Work,
  field: Looked,
  rows: readonly ReadRow[],
): Promise<readonly ReadRow[]> {
  const keys = new Set(rows.flatMap(({ input }) => keyIn(input, field) ?? []));
  if (keys.size === 0) return rows;
  const { target, by } = field.lookup;
  const ids = await idsBy(work, field.lookup, [...keys]);
  return rows.map((row) => {
    const key = keyIn(row.input, field);
    if (key === null) return row;
    const found = ids.get(fold(key)) ?? [];
    const [id, ...others] = found;
    if (id !== undefined && others.length === 0) {
      return { ...row, input: withValue(row.input, field.parts, id) };
    }
    const message = `${id === undefined ? 'no' : 'more than one'} ${target.entity.name} has this ${by}`;
    const problem = problemOfRow({ fields: [field] }, row.source, { path: field.path, message });
    return { ...row, problems: [...row.problems, problem] };
  });
}

const keyIn = (input: object, { parts }: FieldPlan): string | null => {
  const value = valueAt(input, parts);
  return typeof value === 'string' ? value : null;
};

function withValue(
  input: Readonly<Record<string, unknown>>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (rest.length === 0) return { ...input, [first]: value };
  const inner = input[first];
  const object = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  return { ...input, [first]: withValue(object, rest, value) };
}

/** Lists compare without regard to case. */
const fold = (key: string): string => key.toLowerCase();

async function idsBy(
  { manager, viewer, now }: Work,
  { target: { entity }, by }: Looked['lookup'],
  keys: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const column = columnNamed(entity, by);
  if (!column) throw new Error(`${entity.name} has no ${by} to be found by`);
  const scope = scopeSql(viewer, 'read', { entity, alias: 't', now });
  const rows = await selectRows(
    manager,
    entity,
    sql`WHERE t.deletedAt IS NULL AND ${raw(columnSql(column, 't'))} IN (${keys}) AND ${scope}`,
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const key = fold(String(valueAt(row, column.path)));
    found.set(key, [...(found.get(key) ?? []), row.id]);
  }
  return found;
}
