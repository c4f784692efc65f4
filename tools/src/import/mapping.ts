import { readFileSync } from 'node:fs';
import {
  fieldMappingShape,
  hasOneOrigin,
  oneOriginHint,
  zoneSchema,
} from '@crm/kit/transfer/field-mapping';
import { z } from 'zod';
import { UserError } from '../mesh/say.ts';
import { lookupSchema } from './lookup-kinds.ts';

const fieldSchema = z
  .strictObject({
    ...fieldMappingShape,
    /** Finds the record that the text names, and takes its id. */
    lookup: lookupSchema.optional(),
  })
  .refine(hasOneOrigin, oneOriginHint);

const columnOrField = z.union(
  [
    z
      .string()
      .min(1)
      .transform((column) => ({ column })),
    fieldSchema,
  ],
  {
    error: 'is the name of a column, or an object with "column", "template" or "value"',
  },
);

const fieldsSchema = z.record(z.string().min(1), z.unknown()).transform((fields, context) => {
  const entries = Object.entries(fields).flatMap(([path, field]) => {
    const result =
      typeof field === 'object' ? fieldSchema.safeParse(field) : columnOrField.safeParse(field);
    if (result.success) return [[path, result.data] as const];
    for (const { message, path: within } of result.error.issues) {
      context.addIssue({ code: 'custom', message, path: [path, ...within] });
    }
    return [];
  });
  return new Map<string, FieldMapping>(entries);
});

const mappingSchema = z.strictObject({
  encoding: z.enum(['utf-8', 'gb18030', 'big5', 'windows-1252']).default('utf-8'),
  delimiter: z.string().length(1).default(','),
  /** The column whose text may hold delimiters without quotes: it takes the surplus of a row. */
  overflow: z.string().optional(),
  /** Texts that mean that there is no value, beside the empty one. */
  empty: z.array(z.string()).default([]),
  zone: zoneSchema,
  fields: fieldsSchema,
  /** Several rows that make one record: those of another file, else those that follow each other. */
  details: z
    .strictObject({
      /** The list that the rows fill. */
      into: z.string().min(1),
      /** The column whose value the rows of one record share. */
      by: z.union([
        z
          .string()
          .min(1)
          .transform((column) => ({ main: column, file: column })),
        z.strictObject({ main: z.string().min(1), file: z.string().min(1) }),
      ]),
      /** Beside the file that is imported. */
      file: z.string().min(1).optional(),
      fields: fieldsSchema,
    })
    .optional(),
});

export type FieldMapping = z.infer<typeof fieldSchema>;
export type Mapping = z.infer<typeof mappingSchema>;
export type Details = NonNullable<Mapping['details']>;

export function readMapping(file: string): Mapping {
  const result = mappingSchema.safeParse(parseJson(file));
  if (result.success) return result.data;
  throw new UserError(`The mapping ${file} is not valid:\n${z.prettifyError(result.error)}`);
}

/** The mapping as it is written, for a service that reads it itself. */
export function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`The mapping ${file} can not be read: ${reason}`, { cause: error });
  }
}
