import { forbidden, invalid } from '../errors.ts';
import { findCustomFields, type CustomFields } from '../record/custom-field.ts';
import { valueAt, type Column, type Entity } from '../record/entity.ts';
import type { FieldClass, Labels } from '../record/field.ts';
import { readingOf } from '../record/policy.ts';
import { maskValue } from '../record/protect.ts';
import type { Viewer } from '../viewer.ts';
import type { EntityManager } from 'typeorm';

/** A column of an export and what each record holds for it, as the viewer may see it. */
export type ExportColumn = {
  readonly path: string;
  readonly labels: Labels;
  readonly valueOf: (row: object) => unknown;
};

/** Left out unless they are named; what is sensitive stays in the graph, where reads are recorded. */
const namedOnly: readonly FieldClass[] = ['PERSONAL'];
const never: FieldClass = 'SENSITIVE';

const isExported = ({ name, field }: Column): boolean =>
  !field.internal && name !== 'customFields' && name !== 'deletedAt';

/** The fields of an export that names none: all that the viewer may read and that are not personal. */
export const defaultFields = (viewer: Viewer, entity: Entity): string[] =>
  entity.columns
    .filter(isExported)
    .filter(({ field }) => field.kind !== 'json')
    .filter(({ field: { class: of = 'INTERNAL' } }) => {
      if (of === never || namedOnly.includes(of)) return false;
      return readingOf(viewer, of) === 'read';
    })
    .map(({ name }) => name);

const customPrefix = 'custom.';

type Planning = {
  readonly manager: EntityManager;
  readonly viewer: Viewer;
  readonly entity: Entity;
};

/** Refuses names that are no fields, and fields that the viewer may not read. */
export async function planExport(
  { manager, viewer, entity }: Planning,
  fields: readonly string[],
): Promise<ExportColumn[]> {
  const customFields: CustomFields = fields.some((name) => name.startsWith(customPrefix))
    ? await findCustomFields(manager, entity.customFieldsOf)
    : new Map();
  return fields.map((path) => {
    if (!path.startsWith(customPrefix)) return planColumn(viewer, entity, path);
    const key = path.slice(customPrefix.length);
    const field = customFields.get(key);
    if (!field) throw unknown(entity, path);
    const valueOf = (row: object): unknown => valueAt(row, ['customFields', key]);
    return readAs(viewer, entity, { path, labels: field.labels, class: field.class, valueOf });
  });
}

function planColumn(viewer: Viewer, entity: Entity, path: string): ExportColumn {
  const column = entity.columnsByName.get(path);
  if (!column || !isExported(column)) throw unknown(entity, path);
  const { class: of = 'INTERNAL', label } = column.field;
  const valueOf = (row: object): unknown => valueAt(row, column.path);
  return readAs(viewer, entity, { path, labels: label, class: of, valueOf });
}

/** The column with what the viewer may read of it. */
function readAs(
  viewer: Viewer,
  entity: Entity,
  { class: of, ...column }: ExportColumn & { readonly class: FieldClass },
): ExportColumn {
  const reading = of === never ? 'hide' : readingOf(viewer, of);
  if (reading === 'hide') throw forbidden(`You may not export ${entity.name}.${column.path}`);
  if (reading === 'read') return column;
  return { ...column, valueOf: (row) => maskValue(column.valueOf(row)) };
}

const unknown = (entity: Entity, path: string): Error =>
  invalid(`${entity.name} has no field "${path}" that can be exported`, [
    { path: 'fields', message: `"${path}" is no field of ${entity.name} that can be exported` },
  ]);
