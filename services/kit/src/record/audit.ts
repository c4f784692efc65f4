import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { customFieldsOf, type CustomField, type CustomFields } from './custom-field.ts';
import { changedKeys } from './difference.ts';
import { disclosureOf } from './disclosure.ts';
import { columnNamed, type Entity, type Stamps } from './entity.ts';
import { invalid } from '../errors.ts';
import type { FieldClass, Labels } from './field.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import { readingOf } from './policy.ts';
import { raw, sql } from '../sql.ts';

/** Old and new value by dotted field name. */
export type Changes = Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;

export type AuditEntry = {
  readonly entity: string;
  readonly entityId: string;
  readonly version: number;
  readonly action: 'CREATE' | 'DELETE' | 'RESTORE' | 'UPDATE';
  readonly changes: Changes;
  readonly at: Date;
  readonly byStaffId: string | null;
  readonly bySubject: string;
  readonly requestId: string;
};

const rowsPerStatement = 500;

/** Writes who changed what, in the caller's transaction. */
export async function writeAudit(
  manager: EntityManager,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (let at = 0; at < entries.length; at += rowsPerStatement) {
    const part = entries.slice(at, at + rowsPerStatement);
    await manager.query(
      `INSERT INTO audit (entity, entityId, version, action, changes, at, byStaffId, bySubject, requestId)
       VALUES ${part.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
      part.flatMap((entry) => [
        entry.entity,
        idToBytes(entry.entityId),
        entry.version,
        entry.action,
        JSON.stringify(entry.changes),
        entry.at,
        entry.byStaffId === null ? null : idToBytes(entry.byStaffId),
        entry.bySubject,
        entry.requestId,
      ]),
    );
  }
}

/** What was changed after a version, oldest first: for merging changes that do not overlap. */
export async function changesSince(
  manager: EntityManager,
  {
    entity,
    id,
    version,
  }: { readonly entity: Entity; readonly id: string; readonly version: number },
): Promise<readonly Changes[]> {
  const rows: { changes: Changes }[] = await manager.query(
    'SELECT changes FROM audit WHERE entity = ? AND entityId = ? AND version > ? ORDER BY version',
    [entity.name, idToBytes(id), version],
  );
  return rows.map(({ changes }) => changes);
}

export type FieldChange = {
  readonly field: string;
  readonly labels: Labels;
  readonly from: unknown;
  readonly to: unknown;
  readonly at: Date;
  readonly byStaffId: string | null;
  readonly version: number;
};

export type HistoryArgs = {
  readonly fields?: readonly string[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
};

export type FieldChangeConnection = {
  readonly nodes: readonly FieldChange[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

type Subject = Pick<Stamps, 'id'> & {
  /** Whether the record is one that the guard of its entity keeps. */
  readonly isGuarded?: boolean;
};

type StoredChange = {
  readonly id: string | number;
  readonly changes: Changes;
  readonly at: Date;
  readonly byStaffId: Uint8Array | null;
  readonly version: number;
};

const versionsDefault = 20;
const versionsMax = 100;

/**
 * The history of a record's fields, newest first, a page of versions at a time. Fields that the
 * viewer may not read are left out. The caller has read the record itself under the viewer's rights.
 */
export async function fieldHistory(
  context: RequestContext,
  entity: Entity,
  { id, fields, first, after, isGuarded = false }: HistoryArgs & Subject,
): Promise<FieldChangeConnection> {
  const size = historySize(first);
  const before = after ? readCursor(after) : null;
  const { text, values } = sql`SELECT id, changes, at, byStaffId, version FROM audit
    WHERE entity = ${entity.name} AND entityId = ${idToBytes(id)} AND action = 'UPDATE'
      AND ${before === null ? raw('TRUE') : sql`version < ${before}`}
    ORDER BY version DESC LIMIT ${raw(String(size + 1))}`;
  const rows: StoredChange[] = await context.app.db.manager.query(text, [...values]);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const custom = page.some(({ changes }) => changes['customFields'])
    ? await customFieldsOf(context, entity.name)
    : new Map<string, CustomField>();
  return {
    nodes: page.flatMap((row) =>
      readableChanges(context, entity, { id, row, fields: fields ?? null, custom, isGuarded }),
    ),
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: before !== null,
      startCursor: page[0] ? cursorOf(page[0]) : null,
      endCursor: last ? cursorOf(last) : null,
    },
  };
}

function historySize(first: number | null | undefined): number {
  const size = first ?? versionsDefault;
  if (size >= 1 && size <= versionsMax) return size;
  throw invalid(`A page of history holds 1 to ${versionsMax} versions`);
}

type Reading = {
  readonly id: string;
  readonly isGuarded: boolean;
  readonly row: StoredChange;
  /** Those that are asked for. */
  readonly fields: readonly string[] | null;
  readonly custom: CustomFields;
};

function readableChanges(
  context: RequestContext,
  entity: Entity,
  { id, isGuarded, row, fields, custom }: Reading,
): FieldChange[] {
  const { viewer } = context;
  return Object.entries(row.changes)
    .flatMap(([name, change]) =>
      name === 'customFields'
        ? customChanges(custom, change)
        : [{ name, change, ...describe(entity, name) }],
    )
    .map((each) => (isGuarded && isKept(entity, each.name) ? { ...each, ...kept } : each))
    .filter(
      ({ name, fieldClass }) =>
        (fields === null || fields.includes(name)) && readingOf(viewer, fieldClass) === 'read',
    )
    .map(({ name, fieldClass, labels, change: { from, to } }) => {
      if (fieldClass === 'SENSITIVE') disclosureOf(context).tell(entity.name, id, name);
      return { name, labels, from, to };
    })
    .map(({ name, labels, from, to }) => ({
      field: name,
      labels,
      from,
      to,
      at: row.at,
      byStaffId: row.byStaffId === null ? null : idFromBytes(row.byStaffId),
      version: row.version,
    }));
}

const kept = { fieldClass: 'SENSITIVE' } as const;

const isKept = ({ guard }: Entity, name: string): boolean =>
  guard?.fields.includes(name.replace(/^custom\./, 'customFields.').split('.')[0] ?? '') ?? false;

type Described = { readonly labels: Labels; readonly fieldClass: FieldClass };

function describe(entity: Entity, name: string): Described {
  const field = columnNamed(entity, name)?.field;
  return {
    labels: field?.label ?? { zh: name, en: name },
    fieldClass: field?.class ?? 'INTERNAL',
  };
}

type NamedChange = Described & { readonly name: string; readonly change: Changes[string] };

/** They are kept together, and each has a name and a class of its own. */
function customChanges(custom: CustomFields, { from, to }: Changes[string]): NamedChange[] {
  return changedKeys(from, to).flatMap((key) => {
    const field = custom.get(key);
    if (!field) return [];
    const change = { from: Object(from)[key] ?? null, to: Object(to)[key] ?? null };
    return [{ name: `custom.${key}`, change, labels: field.labels, fieldClass: field.class }];
  });
}

const cursorOf = ({ version }: StoredChange): string =>
  Buffer.from(`v${version}`).toString('base64url');

function readCursor(cursor: string): number {
  const match = /^v(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw invalid('The cursor is not one of this list');
  return Number(match[1]);
}
