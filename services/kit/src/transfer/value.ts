import { DateTime } from 'luxon';
import type { FieldMappingOptions } from './field-mapping.ts';

/** What a text of a file has to become. */
export type Leaf = {
  /** The name of the scalar, or `Enum`. */
  readonly kind: string;
  readonly isList: boolean;
  /** Of an enum. */
  readonly values: readonly string[];
};

/** A value for the graph, or why a text is none. */
export type Converted = { readonly value: unknown } | { readonly problem: string };

type Conversion = {
  readonly leaf: Leaf;
  readonly field: FieldMappingOptions & { readonly lookup?: unknown };
  /** Of times without an offset. */
  readonly zone: string;
};

type Convert = (text: string, conversion: Conversion) => Converted;

export function convert(text: string, conversion: Conversion): Converted {
  if (text.includes('\0')) return { problem: 'holds a NUL character' };
  const { leaf, field } = conversion;
  if (!leaf.isList) return convertOne(text, conversion);
  const parts = field.split === undefined ? [text] : text.split(field.split);
  const converted = parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => convertOne(part, conversion));
  const wrong = converted.find((each) => 'problem' in each);
  return wrong ?? { value: converted.map((each) => ('value' in each ? each.value : null)) };
}

const convertOne: Convert = (text, conversion) =>
  // Whoever names a record is asked for its id later.
  conversion.field.lookup
    ? { value: text }
    : (converters[conversion.leaf.kind] ?? keep)(text, conversion);

const keep: Convert = (text) => ({ value: text });

const converters: Readonly<Record<string, Convert>> = {
  Int: (text, conversion) => {
    const number = plainNumber(text, conversion);
    return /^-?\d{1,9}(\.0+)?$/.test(number)
      ? { value: Number(number) }
      : { problem: 'is no whole number' };
  },
  Decimal: (text, conversion) => {
    const number = plainNumber(text, conversion);
    return /^-?\d{1,30}(\.\d{1,30})?$/.test(number)
      ? { value: conversion.field.percent ? hundredth(number) : number }
      : { problem: 'is no number' };
  },
  Boolean: (text) => {
    const known = truth[text.toLowerCase()];
    return known === undefined
      ? { problem: `is neither yes nor no (${Object.keys(truth).join(', ')})` }
      : { value: known };
  },
  Date: (text, conversion) => {
    if (conversion.field.date === undefined && isDay(text)) return { value: text };
    const time = timeOf(text, conversion);
    return time.isValid ? { value: time.toISODate() } : { problem: wrongTime('date', conversion) };
  },
  DateTime: (text, conversion) => {
    const time = timeOf(text, conversion);
    return time.isValid
      ? { value: time.toUTC().toISO() }
      : { problem: wrongTime('time', conversion) };
  },
  Enum: (text, { leaf }) => {
    const found = leaf.values.find((value) => value.toLowerCase() === text.toLowerCase());
    return found === undefined
      ? { problem: `is none of ${leaf.values.join(', ')}; "map" can translate it` }
      : { value: found };
  },
  JSON: (text, conversion) =>
    conversion.field.number || conversion.field.percent
      ? asNumber(converters['Decimal']?.(text, conversion) ?? keep(text, conversion))
      : { value: text },
};

const iso = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Most dates are written so, and reading them as times would cost more than all else of a row. */
function isDay(text: string): boolean {
  const [, year, month, day] = iso.exec(text) ?? [];
  if (year === undefined) return false;
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return at.toISOString().startsWith(text);
}

const asNumber = (converted: Converted): Converted =>
  'value' in converted ? { value: Number(converted.value) } : converted;

const truth: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  是: true,
  否: false,
  '1': true,
  '0': false,
};

/** The number as a program writes it: no separators of thousands, a point before the fraction. */
function plainNumber(text: string, { field }: Conversion): string {
  const bare = field.percent ? text.replace(/\s*%$/, '') : text;
  if (field.number === '1,234.5') return bare.replaceAll(',', '');
  if (field.number === '1.234,5') return bare.replaceAll('.', '').replace(',', '.');
  return bare;
}

/** Moves the point, so that no digit is lost. */
function hundredth(number: string): string {
  const [whole = '0', fraction = ''] = number.replace('-', '').split('.');
  const padded = whole.padStart(3, '0');
  const moved = `${padded.slice(0, -2)}.${padded.slice(-2)}${fraction}`;
  return `${number.startsWith('-') ? '-' : ''}${moved.replace(/^0+(?=\d)/, '')}`;
}

const timeOf = (text: string, { field, zone }: Conversion): DateTime =>
  field.date === undefined
    ? DateTime.fromISO(text.replace(' ', 'T'), { zone })
    : DateTime.fromFormat(text, field.date, { zone });

const wrongTime = (what: string, { field }: Conversion): string =>
  field.date === undefined
    ? `is no ${what} as ISO 8601 writes it (2026-11-24); "date" can name another form`
    : `is no ${what} of the form ${field.date}`;
