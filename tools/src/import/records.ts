import { type CsvRow, nameOf, readRows } from './csv.ts';
import { type Group, groupsOf, joinedGroups } from './groups.ts';
import { type ImportEntity } from './entities.ts';
import { missingIn } from './input-type.ts';
import type { DetailsPlan, ImportPlan } from './plan.ts';
import { assemble, type Assembled, cellOf, type Origin, type Problem } from './record.ts';

/** One record of a file, as the graph is to be told of it. */
export type ImportRecord = Assembled & {
  readonly file: string;
  readonly line: number;
  /** What the graph knows it by; null when it lacks that. */
  readonly key: string | null;
};

/** Makes the records of a file one after the other. Detail rows without a record are told apart. */
export async function* readRecords(plan: ImportPlan): AsyncGenerator<ImportRecord> {
  for await (const group of groupsIn(plan)) yield toRecord(plan, group);
}

async function* groupsIn({ rows, details }: ImportPlan): AsyncGenerator<Group> {
  if (!details) {
    for await (const row of readRows(rows.file)) yield { row, details: [] };
  } else if (details.isJoined) {
    yield* joinedGroups(rows, details);
  } else {
    yield* groupsOf(rows, details);
  }
}

function toRecord(plan: ImportPlan, group: Group): ImportRecord {
  const { rows, entity } = plan;
  if (group.row === null) return orphan(plan, group.details);
  const file = nameOf(rows.file);
  const main = withDetails(assemble(rows, group.row), plan.details, group.details);
  const place: Origin = { file, line: group.row.line, column: null, value: '' };
  const missing = missingIn(plan.rowType, main.input).map((field): Problem => {
    const origin = main.origins.get(field) ?? place;
    return { ...origin, field, message: 'is required' };
  });
  const known = new Set(main.problems.map(({ field }) => field));
  return {
    ...main,
    file,
    line: group.row.line,
    key: keyOf(entity, main.input),
    problems: [...main.problems, ...missing.filter(({ field }) => !known.has(field))],
  };
}

function withDetails(
  main: Assembled,
  plan: DetailsPlan | null,
  rows: readonly CsvRow[],
): Assembled {
  if (!plan) return main;
  const details = rows.map((row, at) => assemble(plan, row, `${plan.into}.${at}.`));
  return {
    input: { ...main.input, [plan.into]: details.map(({ input }) => input) },
    references: [...main.references, ...details.flatMap(({ references }) => references)],
    origins: new Map([main, ...details].flatMap(({ origins }) => [...origins])),
    problems: [...main.problems, ...details.flatMap(({ problems }) => problems)],
  };
}

/** Rows of the other file that no row of the main file asked for. */
function orphan({ rows, details }: ImportPlan, lost: readonly CsvRow[]): ImportRecord {
  const file = nameOf(details?.file ?? rows.file);
  const by = details?.by ?? { main: '', file: '' };
  const problems = lost.map((row) => ({
    file,
    line: row.line,
    column: by.file,
    value: details ? cellOf(details, row, by.file) : '',
    field: details?.into ?? '',
    message: `no row of ${nameOf(rows.file)} has this ${by.main}`,
  }));
  const nothing = { input: {}, references: [], origins: new Map<string, Origin>() };
  return { ...nothing, file, line: lost[0]?.line ?? 0, key: null, problems };
}

/** The values of the first key that the record has in full. */
function keyOf({ keys }: ImportEntity, input: Readonly<Record<string, unknown>>): string | null {
  for (const [at, key] of keys.entries()) {
    const values = key.map((path) => valueAt(input, path));
    if (!values.includes(null)) return JSON.stringify([at, ...values]);
  }
  return null;
}

function valueAt(input: unknown, path: string): string | null {
  let value = input;
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  }
  // A reference is known by what it names.
  if (typeof value === 'object' && value !== null) value = Reflect.get(value, 'key');
  return typeof value === 'string' ? value.toLowerCase() : null;
}
