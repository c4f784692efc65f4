import { IANAZone } from 'luxon';
import { z } from 'zod';

/** Texts of a file that stand for another value. `*` is every text without an entry, `""` no text. */
const valueMap = z.record(z.string(), z.string().nullable());

/** Where the value of a field comes from, and how its text is read. */
export const fieldMappingShape = {
  /** The column of the file … */
  column: z.string().min(1).optional(),
  /** … or a text made of columns: `{firstName} {lastName}`; empty when one of them is … */
  template: z.string().min(1).optional(),
  /** … or the same for every row. */
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  map: valueMap.optional(),
  /** Of an empty cell. */
  default: z.string().optional(),
  /** How dates are written: `dd/MM/yyyy`, `yyyy年M月d日`. ISO 8601 when left out. */
  date: z.string().min(1).optional(),
  /** How numbers are written. */
  number: z.enum(['1,234.5', '1.234,5']).optional(),
  /** The text is a percentage: 15 and 15% both mean 0.15. */
  percent: z.boolean().optional(),
  /** What separates the values of a field that holds several. */
  split: z.string().min(1).optional(),
} as const;

export type FieldMappingOptions = z.infer<z.ZodObject<typeof fieldMappingShape>>;

export const hasOneOrigin = ({ column, template, value }: FieldMappingOptions): boolean =>
  [column, template, value].filter((each) => each !== undefined).length === 1;

export const oneOriginHint = 'takes one of "column", "template" and "value"';

/** Of times without an offset of their own. */
export const zoneSchema = z
  .string()
  .refine((zone) => IANAZone.isValidZone(zone), 'is no time zone, such as Asia/Shanghai')
  .default('Asia/Shanghai');

const placeholder = /\{([^{}]+)\}/g;

/** The columns that a field is made of. */
export const columnsIn = ({
  column,
  template,
}: Pick<FieldMappingOptions, 'column' | 'template'>): string[] =>
  column === undefined
    ? [...(template ?? '').matchAll(placeholder)].map(([, name]) => name ?? '')
    : [column];

export const fillTemplate = (template: string, textOf: (column: string) => string): string =>
  template.replaceAll(placeholder, (_, column: string) => textOf(column));

const otherwise = '*';

export const translate = (text: string, map: FieldMappingOptions['map']): string | null => {
  if (!map) return text;
  if (Object.hasOwn(map, text)) return map[text] ?? null;
  return text !== '' && Object.hasOwn(map, otherwise) ? (map[otherwise] ?? null) : text;
};
