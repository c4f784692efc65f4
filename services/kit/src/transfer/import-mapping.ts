import { z } from 'zod';
import { invalid } from '../errors.ts';
import {
  columnsIn,
  fieldMappingShape,
  hasOneOrigin,
  oneOriginHint,
  zoneSchema,
} from './field-mapping.ts';

/** The kind of record that a text names, and by what: `staff`, or `{ "entity": "staff", "by": "code" }`. */
const lookupSchema = z.union([
  z.string().transform((entity) => ({ entity, by: undefined })),
  z.strictObject({ entity: z.string(), by: z.string().optional() }),
]);

const fieldSchema = z
  .strictObject({ ...fieldMappingShape, lookup: lookupSchema.optional() })
  .refine(hasOneOrigin, oneOriginHint);

const fieldsMax = 300;

const mappingSchema = z.strictObject({
  delimiter: z.string().length(1).default(','),
  /** The column whose text may hold delimiters without quotes: it takes the surplus of a row. */
  overflow: z.string().optional(),
  /** Texts that mean that there is no value, beside the empty one. */
  empty: z.array(z.string()).default([]),
  zone: zoneSchema,
  fields: z
    .record(z.string().min(1), z.union([z.string().min(1), fieldSchema]))
    .refine((fields) => Object.keys(fields).length <= fieldsMax, `may name ${fieldsMax} fields`),
});

export type ImportMapping = z.infer<typeof mappingSchema>;
export type FieldMapping = z.infer<typeof fieldSchema>;

/** Reads a mapping that a client sent; INVALID names what is wrong with it. */
export function readMapping(mapping: unknown): ImportMapping {
  const result = mappingSchema.safeParse(mapping);
  if (result.success) return result.data;
  throw invalid(
    `The mapping is not valid: ${z.prettifyError(result.error)}`,
    result.error.issues.map(({ path, message }) => ({
      path: ['mapping', ...path].join('.'),
      message,
    })),
  );
}

export const fieldsOf = ({ fields }: ImportMapping): [string, FieldMapping][] =>
  Object.entries(fields).map(([path, field]) => [
    path,
    typeof field === 'string' ? { column: field } : field,
  ]);

/** Every column of the file that a mapping names. */
export const columnsOf = (mapping: ImportMapping): string[] => [
  ...fieldsOf(mapping).flatMap(([, field]) => columnsIn(field)),
  ...(mapping.overflow === undefined ? [] : [mapping.overflow]),
];
