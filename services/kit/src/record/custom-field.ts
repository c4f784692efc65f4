import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { idFromBytes, idToBytes } from '../id.ts';
import type { FieldClass, Labels } from './field.ts';
import { readingOf } from './policy.ts';
import { maskValue } from './protect.ts';

/** A field that an administrator defined at run time; its values live in the `customFields` JSON. */
export type CustomField = {
  /** `Customer.size`. */
  readonly id: string;
  readonly entity: string;
  readonly key: string;
  readonly type: CustomFieldType;
  readonly labels: Labels;
  readonly class: FieldClass;
  readonly required: boolean;
  readonly unique: boolean;
  readonly indexed: boolean;
  readonly options: readonly string[];
  readonly active: boolean;
  /** How far the index has come that `indexed` and `unique` ask for. */
  readonly indexState: 'BUILDING' | 'FAILED' | 'NONE' | 'READY' | 'REMOVING';
  readonly indexProblem: string | null;
};

export type CustomFieldType = 'BOOLEAN' | 'DATE' | 'MULTI_SELECT' | 'NUMBER' | 'SELECT' | 'TEXT';

/** Definitions of one entity by key, or of all by id. */
export type CustomFields = ReadonlyMap<string, CustomField>;

/** A definition that was saved, and how others are told of it. */
export type SavedCustomField = {
  readonly field: CustomField;
  readonly id: string;
  readonly version: number;
};

type Stored = Omit<CustomField, 'active' | 'id' | 'indexed' | 'required' | 'unique'> & {
  readonly [Flag in 'active' | 'indexed' | 'required' | 'unique']: number;
};

const columns =
  'entity, `key`, type, labels, class, required, `unique`, indexed, options, active, indexState, indexProblem';

const fromStored = (row: Stored): CustomField => ({
  ...row,
  id: `${row.entity}.${row.key}`,
  required: row.required === 1,
  unique: row.unique === 1,
  indexed: row.indexed === 1,
  active: row.active === 1,
});

async function read(
  manager: EntityManager,
  rest: string,
  parameters: readonly unknown[] = [],
): Promise<CustomField[]> {
  const rows: Stored[] = await manager.query(`SELECT ${columns} FROM customField ${rest}`, [
    ...parameters,
  ]);
  return rows.map(fromStored);
}

const byKey = (fields: readonly CustomField[]): CustomFields =>
  new Map(fields.map((field) => [field.key, field]));

/** The definitions of one entity, retired ones too, by key. */
export const findCustomFields = async (
  manager: EntityManager,
  entity: string,
): Promise<CustomFields> => byKey(await read(manager, 'WHERE entity = ? ORDER BY id', [entity]));

/** The same, and nobody changes them before this transaction ends. Many may hold them so. */
export const holdCustomFields = async (
  manager: EntityManager,
  entity: string,
): Promise<CustomFields> =>
  byKey(await read(manager, 'WHERE entity = ? ORDER BY id FOR SHARE', [entity]));

/** The same, and one transaction after the other. */
export const lockCustomFields = async (
  manager: EntityManager,
  entity: string,
): Promise<CustomFields> =>
  byKey(await read(manager, 'WHERE entity = ? ORDER BY id FOR UPDATE', [entity]));

/** The definitions of every entity of the service, by id: what filters are compiled against. */
export const findAllCustomFields = async (manager: EntityManager): Promise<CustomFields> =>
  new Map((await read(manager, '')).map((field) => [field.id, field]));

type Found = Stored & { readonly id: Uint8Array; readonly version: number };

/** Definitions of every entity after an id, with their stamps. */
export async function findCustomFieldPage(
  manager: EntityManager,
  { afterId, limit }: { readonly afterId: string; readonly limit: number },
): Promise<SavedCustomField[]> {
  const rows: Found[] = await manager.query(
    `SELECT id, version, ${columns} FROM customField WHERE id > ? ORDER BY id LIMIT ?`,
    [idToBytes(afterId), limit],
  );
  return rows.map(({ id, version, ...stored }) => ({
    field: fromStored(stored),
    id: idFromBytes(id),
    version,
  }));
}

/** Those whose index is being made or taken away. */
export const findUnshapedFields = (manager: EntityManager): Promise<CustomField[]> =>
  read(manager, `WHERE indexState IN ('BUILDING', 'REMOVING') ORDER BY id`);

const ofRequests = new WeakMap<RequestContext, Map<string, Promise<CustomFields>>>();

/** The definitions of an entity, read once for a request. */
export function customFieldsOf(context: RequestContext, entity: string): Promise<CustomFields> {
  const known = ofRequests.get(context) ?? new Map<string, Promise<CustomFields>>();
  ofRequests.set(context, known);
  const found = known.get(entity) ?? findCustomFields(context.app.db.manager, entity);
  known.set(entity, found);
  return found;
}

/** The definitions that the viewer may know of. */
export const readableCustomFields = async (
  context: RequestContext,
  entity: string,
): Promise<CustomField[]> =>
  [...(await customFieldsOf(context, entity)).values()].filter(
    (field) => readingOf(context.viewer, field.class) !== 'hide',
  );

type Shown = { readonly key: string; readonly value: unknown };

/** The values of a record as the graph lists them, by key: those that the viewer may read. */
export async function customFieldValues(
  context: RequestContext,
  entity: string,
  values: Readonly<Record<string, unknown>> | null,
): Promise<Shown[]> {
  const held = Object.entries(values ?? {});
  if (held.length === 0) return [];
  const fields = await customFieldsOf(context, entity);
  return held
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, value]) => {
      const field = fields.get(key);
      const reading = field ? readingOf(context.viewer, field.class) : 'hide';
      if (reading === 'hide') return [];
      return [{ key, value: reading === 'mask' ? maskValue(value) : value }];
    });
}
