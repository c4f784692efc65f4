import type { Sql } from '../sql.ts';

/**
 * The field catalogue: what a record consists of, said once. Columns, validation, filters, sorting,
 * aggregates, history, access and labels are all read from it.
 */

/** How carefully a value is kept; `policy.ts` says which role may read which class. */
export type FieldClass = 'PUBLIC' | 'INTERNAL' | 'CONFIDENTIAL' | 'PERSONAL' | 'SENSITIVE';

export type Labels = { readonly zh: string; readonly en: string };

export type FieldKind =
  | 'boolean'
  | 'date'
  | 'dateTime'
  | 'decimal'
  | 'enum'
  | 'id'
  | 'int'
  | 'json'
  | 'list'
  | 'term'
  | 'text';

type Common = {
  readonly label: Labels;
  /** A record can't be made without it. */
  readonly required?: boolean;
  readonly class?: FieldClass;
  /** Set by the service alone: refused in inputs. */
  readonly managed?: boolean;
  /** Kept for the service's own use: not in history, events or metadata. */
  readonly internal?: boolean;
  /** Computed by this SQL over the row `alias` instead of read from a column; implies `managed`. */
  readonly sql?: (alias: string) => string;
  /** How filters compare it, where a key finds rows sooner than its value would; null for as usual. */
  readonly compare?: (asked: AskedComparison) => Sql | null;
  /** The column that holds the currency of an amount which is no money of its own. */
  readonly currency?: string;
};

export type AskedComparison = {
  /** Of the row. */
  readonly alias: string;
  readonly now: Date;
  readonly operator: string;
  readonly value: unknown;
};

/** `Value` is the type of the field in a row; it exists for the compiler only. */
export type Field<Value = unknown> = Common & {
  readonly kind: FieldKind;
  /** Code points of a text, entries of a list. */
  readonly max?: number;
  /** Digits after the point of a decimal. */
  readonly scale?: number;
  readonly values?: readonly string[];
  readonly labels?: Readonly<Record<string, Labels>>;
  readonly vocabulary?: string;
  /** The entity of this service that the id must name. */
  readonly references?: string;
  /** The entity that the id names, or may name, where nothing checks that it exists. */
  readonly names?: string;
  readonly value?: Value;
};

/** Fields that belong together and are one object in the graph: `address { city }`. */
export type Group<Members extends Fields = Fields> = {
  readonly kind: 'group';
  readonly label: Labels;
  readonly members: Members;
};

export type Fields = { readonly [name: string]: Field | Group };

export type RowOf<Members extends Fields> = {
  readonly [Name in keyof Members]: Members[Name] extends Group<infer Inner>
    ? RowOf<Inner> | null
    : Members[Name] extends Field<infer Value>
      ? Value
      : never;
};

type ValueOf<Options, Value> = Options extends { readonly required: true } ? Value : Value | null;

export const text = <const Options extends Common & { readonly max: number }>(
  options: Options,
): Field<ValueOf<Options, string>> => ({ kind: 'text', ...options });

export const int = <const Options extends Common>(
  options: Options,
): Field<ValueOf<Options, number>> => ({ kind: 'int', ...options });

/** Kept as text, so that nothing is rounded. */
export const decimal = <const Options extends Common & { readonly scale?: number }>(
  options: Options,
): Field<ValueOf<Options, string>> => ({ kind: 'decimal', scale: 2, ...options });

export const boolean = <const Options extends Common>(
  options: Options,
): Field<ValueOf<Options, boolean>> => ({ kind: 'boolean', ...options });

/** `YYYY-MM-DD`, without a time zone. */
export const date = <const Options extends Common>(
  options: Options,
): Field<ValueOf<Options, string>> => ({ kind: 'date', ...options });

export const dateTime = <const Options extends Common>(
  options: Options,
): Field<ValueOf<Options, Date>> => ({ kind: 'dateTime', ...options });

/** One of a closed list; the labels stand beside the values, for they differ from field to field. */
export const choice = <
  const Values extends Readonly<Record<string, Labels>>,
  const Options extends Common,
>(
  labels: Values,
  options: Options,
): Field<ValueOf<Options, keyof Values & string>> => ({
  kind: 'enum',
  values: Object.keys(labels),
  labels,
  ...options,
});

/** The code of a term of an open vocabulary. */
export const term = <const Options extends Common & { readonly vocabulary: string }>(
  options: Options,
): Field<ValueOf<Options, string>> => ({ kind: 'term', max: 64, ...options });

/** The id of another record; `references` names its entity when this service owns it. */
export const id = <
  const Options extends Common & { readonly references?: string; readonly names?: string },
>(
  options: Options,
): Field<ValueOf<Options, string>> => ({ kind: 'id', ...options });

type ListOptions = Common & {
  readonly max?: number;
  /** The entity whose ids are the entries. */
  readonly names?: string;
  readonly vocabulary?: string;
  /** Of the values, when they are a closed list. */
  readonly labels?: Readonly<Record<string, Labels>>;
};

/** Several short texts, or codes of a vocabulary. Never null; empty by default. */
export const list = (options: ListOptions): Field<readonly string[]> => ({
  kind: 'list',
  max: 50,
  ...(options.labels && { values: Object.keys(options.labels) }),
  ...options,
});

/** A value whose shape the service itself knows; neither filtered nor sorted. */
export const json = <Value>(options: Common): Field<Value | null> => ({ kind: 'json', ...options });

export const group = <const Members extends Fields>(
  label: Labels,
  members: Members,
): Group<Members> => ({ kind: 'group', label, members });

type MoneyOptions = {
  readonly class?: FieldClass;
  readonly managed?: boolean;
  /** For amounts that follow from others, and for the currency of a row that has one for all. */
  readonly amountSql?: (alias: string) => string;
  readonly currencySql?: (alias: string) => string;
};

export const money = (
  label: Labels,
  { amountSql, currencySql, ...options }: MoneyOptions = {},
): Group<{ readonly amount: Field<string>; readonly currency: Field<string> }> => ({
  kind: 'group',
  label,
  members: {
    amount: {
      kind: 'decimal',
      scale: 2,
      label,
      ...options,
      ...(amountSql && { sql: amountSql }),
    },
    currency: {
      kind: 'text',
      max: 3,
      label: { zh: '币种', en: 'Currency' },
      ...options,
      ...(currencySql && { sql: currencySql }),
    },
  },
});

export type Money = { readonly amount: string; readonly currency: string };
