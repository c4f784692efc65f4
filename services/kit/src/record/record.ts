import { writeAudit, type AuditEntry, type Changes } from './audit.ts';
import type { Work } from './command.ts';
import { conflict, refuseOverlap } from './conflict.ts';
import { changesOf } from './difference.ts';
import { naming } from './duplicate.ts';
import { columnNamed, emptyRow, rowWith, type Entity, type Stamps } from './entity.ts';
import { notFound, type FieldProblem } from '../errors.ts';
import { idToBytes, isId, newId } from '../id.ts';
import { readInput, refused, type Values } from './input.ts';
import { scopeSql } from './policy.ts';
import { sql } from '../sql.ts';
import { findByIds, insertRows, lockById, selectRows, updateRows } from './store.ts';

export type Change<Row> = {
  readonly before: Row;
  readonly after: Row;
  /** Dotted names of what is different; empty when nothing is. */
  readonly changedFields: readonly string[];
  readonly changes: Changes;
};

/** Values by dotted field name. */
type Named = Readonly<Record<string, unknown>>;

/** What an entity adds to the catalogue. Each is pure. */
export type Rules<Row> = {
  /** For fields that a new record needs and the client left out. */
  readonly defaults?: () => Named;
  /** The fields that follow from others; computed whenever the record changes. */
  readonly derive?: (row: Row) => Named;
  /** What is wrong with the record as it would be. */
  readonly check?: (row: Row) => readonly FieldProblem[];
};

/** Makes and stores a record from a client's input. INVALID lists every problem at once. */
export async function createRecord<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { input, rules }: { readonly input: object; readonly rules: Rules<Row> },
): Promise<Row> {
  const values = await readInput(work.manager, entity, {
    input: withDefaults(input, rules),
    mode: 'create',
  });
  const row = newRow(work, entity, { values, rules });
  refuseProblems(entity, rules, row);
  await naming({ work, entity, row }, () => insertRecords(work, entity, [row]));
  return row;
}

/** The input with its left-out fields filled. */
export const withDefaults = <Row>(input: object, { defaults }: Rules<Row>): object => {
  const filled: Record<string, unknown> = { ...input };
  for (const [name, value] of Object.entries(defaults?.() ?? {})) filled[name] ??= value;
  return filled;
};

/** A row as it will be stored, with its id and stamps; nothing is written. */
export function newRow<Row extends Stamps>(
  { viewer, now }: Work,
  entity: Entity<Row>,
  { values, rules }: { readonly values: Values; readonly rules: Rules<Row> },
): Row {
  const given: Record<string, unknown> = {
    id: newId(),
    version: 1,
    createdAt: now,
    createdById: viewer.staffId,
    updatedAt: now,
    updatedById: viewer.staffId,
  };
  for (const [name, value] of values) given[name] ??= value;
  const row = rowWith(entity, emptyRow(entity), given);
  return rules.derive ? rowWith(entity, row, rules.derive(row)) : row;
}

function refuseProblems<Row extends Stamps>(
  entity: Entity<Row>,
  rules: Rules<Row>,
  row: Row,
): void {
  const problems = rules.check?.(row) ?? [];
  if (problems.length > 0) throw refused(entity, problems);
}

export async function insertRecords<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  rows: readonly Row[],
): Promise<void> {
  await insertRows(work.manager, entity, rows);
  await writeAudit(
    work.manager,
    rows.map((row) => auditEntry(work, entity, { row, action: 'CREATE', changes: {} })),
  );
}

type ChangeOrder<Row> = {
  readonly id: string;
  /** The version that the client saw; null to write whatever it is now. */
  readonly expectedVersion: number | null;
  readonly input: object;
  readonly rules: Rules<Row>;
};

/**
 * Changes a record that the viewer may write. When it moved since `expectedVersion`, changes of
 * other fields are merged, and changes of the same field are a CONFLICT that shows all three values.
 */
export async function changeRecord<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { id, expectedVersion, input, rules }: ChangeOrder<Row>,
): Promise<Change<Row>> {
  const before = await lockForWriting(work, entity, id);
  const values = await readInput(work.manager, entity, { input, mode: 'update' });
  const { changes, after } = planChange(entity, before, { values, rules });
  refuseProblems(entity, rules, after);
  if (expectedVersion !== null && expectedVersion !== before.version) {
    await refuseOverlap(work, entity, { before, expectedVersion, changes });
  }
  return writeChange(work, entity, { before, changes });
}

/** What values would change, what follows from it included, and the row as it would be. */
export function planChange<Row extends Stamps>(
  entity: Entity<Row>,
  before: Row,
  { values, rules }: { readonly values: Values; readonly rules: Rules<Row> },
): { readonly changes: Changes; readonly after: Row } {
  const given = changesOf(entity, before, values);
  const derived = rules.derive?.(rowWith(entity, before, newValues(given))) ?? {};
  const changes = { ...given, ...changesOf(entity, before, new Map(Object.entries(derived))) };
  return { changes, after: rowWith(entity, before, newValues(changes)) };
}

const newValues = (changes: Changes): Named =>
  Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to]));

/** Locks a live record that the viewer may write; NOT_FOUND for every other. */
export async function lockForWriting<Row extends Stamps>(
  { manager, viewer, now }: Work,
  entity: Entity<Row>,
  id: string,
): Promise<Row> {
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const [row] = await selectRows(
    manager,
    entity,
    sql`WHERE t.id = ${idToBytes(id)} AND t.deletedAt IS NULL AND ${scope} FOR UPDATE`,
  );
  if (!row) throw notFound(entity.name, id);
  return row;
}

/** Those of the ids that name live records which the viewer may write. */
export async function writableIds(
  { manager, viewer, now }: Work,
  entity: Entity,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const scope = scopeSql(viewer, 'write', { entity, alias: 't', now });
  const rows = await findByIds(manager, entity, { ids: ids.filter(isId), scope });
  return new Set(rows.map(({ id }) => id));
}

type PlannedChange<Row> = { readonly before: Row; readonly changes: Changes };

/** Stores what is different and moves the version on; without a difference nothing is written. */
export async function writeChange<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  planned: PlannedChange<Row>,
): Promise<Change<Row>> {
  const { before, changes } = planned;
  const row = rowWith(entity, before, newValues(changes));
  const [change] = await naming({ work, entity, row }, () => writeChanges(work, entity, [planned]));
  return change ?? { before, after: before, changedFields: [], changes };
}

/** The same for many records at once; gives those that were different. */
export async function writeChanges<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  planned: readonly PlannedChange<Row>[],
): Promise<Change<Row>[]> {
  const moved = planned
    .filter(({ changes }) => Object.keys(changes).length > 0)
    .map(({ before, changes }) => ({
      fields: Object.keys(changes),
      change: changeOf(entity, { before, changes, stamps: stampsOfChange(work, before) }),
    }));
  await updateRows(
    work.manager,
    entity,
    moved.map(({ fields, change }) => ({ row: change.after, fields })),
  );
  const made = moved.map(({ change }) => change);
  await writeAudit(
    work.manager,
    made.map(({ after, changes }) =>
      auditEntry(work, entity, { row: after, action: 'UPDATE', changes }),
    ),
  );
  return made;
}

function changeOf<Row extends Stamps>(
  entity: Entity<Row>,
  { before, changes, stamps }: PlannedChange<Row> & { readonly stamps: Named },
): Change<Row> {
  const after = rowWith(entity, before, { ...newValues(changes), ...stamps });
  const shown = Object.fromEntries(
    Object.entries(changes).filter(([name]) => !columnNamed(entity, name)?.field.internal),
  );
  return { before, after, changedFields: Object.keys(shown), changes: shown };
}

/** Deletes softly: the record leaves every list, and its unique values are free again. */
export async function removeRecord<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion: number | null },
): Promise<Row> {
  const before = await lockForWriting(work, entity, id);
  if (expectedVersion !== null && expectedVersion !== before.version) {
    throw conflict(entity, before, []);
  }
  const [removed = before] = await removeRecords(work, entity, [before]);
  return removed;
}

/** The same for many records that the caller has locked for writing. */
export const removeRecords = <Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  rows: readonly Row[],
): Promise<Row[]> => markAll(work, entity, { rows, action: 'DELETE', deletedAt: work.now });

/** Brings a deleted record back; DUPLICATE when a live one has taken a unique value since. */
export async function restoreRecord<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  id: string,
): Promise<Row> {
  const before = await lockById(work.manager, entity, id);
  const scope = scopeSql(work.viewer, 'write', { entity, alias: 't', now: work.now });
  const [mine] = await selectRows(
    work.manager,
    entity,
    sql`WHERE t.id = ${idToBytes(id)} AND ${scope}`,
  );
  if (!before || !mine) throw notFound(entity.name, id);
  if (before.deletedAt === null) return before;
  const [restored = before] = await naming({ work, entity, row: before }, () =>
    markAll(work, entity, { rows: [before], action: 'RESTORE', deletedAt: null }),
  );
  return restored;
}

/** Brings back records that the caller has locked, whoever may write them. */
export const restoreRecords = <Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  rows: readonly Row[],
): Promise<Row[]> => markAll(work, entity, { rows, action: 'RESTORE', deletedAt: null });

type Mark<Row> = {
  readonly rows: readonly Row[];
  readonly action: 'DELETE' | 'RESTORE';
  readonly deletedAt: Date | null;
};

async function markAll<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { rows, action, deletedAt }: Mark<Row>,
): Promise<Row[]> {
  const marked = rows.map((row) =>
    rowWith(entity, row, { ...stampsOfChange(work, row), deletedAt }),
  );
  const updates = marked.map((row) => ({ row, fields: [] }));
  await updateRows(work.manager, entity, updates);
  const entries = marked.map((row) => auditEntry(work, entity, { row, action, changes: {} }));
  await writeAudit(work.manager, entries);
  return marked;
}

const stampsOfChange = ({ viewer, now }: Work, { version }: Stamps): Record<string, unknown> => ({
  version: version + 1,
  updatedAt: now,
  updatedById: viewer.staffId,
});

const auditEntry = (
  { viewer, now, requestId }: Work,
  entity: Entity,
  {
    row,
    action,
    changes,
  }: {
    readonly row: Stamps;
    readonly action: AuditEntry['action'];
    readonly changes: Changes;
  },
): AuditEntry => ({
  entity: entity.name,
  entityId: row.id,
  version: row.version,
  action,
  changes,
  at: now,
  byStaffId: viewer.staffId,
  bySubject: viewer.subject,
  requestId,
});
