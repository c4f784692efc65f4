import type { Entity } from '@crm/kit/record/entity';
import { columnSql } from '@crm/kit/record/store';
import { companyDate } from '@crm/kit/record/criteria';
import { idFromBytes } from '@crm/kit/id';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { asText } from '@crm/kit/text';
import { companyCurrency } from '../company.ts';
import { daysBetween } from '../window.ts';
import { trimmed } from './decimal.ts';
import { fieldNamed, type IndicatorCatalogue, type UsedField } from './indicator-catalogue.ts';
import { factAlias, type Part } from './indicator-sql.ts';
import type { FieldSource, IndicatorValue } from './indicator.ts';

type Place = {
  readonly entity: Entity;
  readonly catalogue: Pick<IndicatorCatalogue, 'customFields'>;
  readonly today: string;
};

/** A field of the subject, whose row has the alias of facts. */
export function subjectPart(code: string, source: FieldSource, place: Place): Part {
  const field = fieldNamed(place.entity, source.field, place.catalogue.customFields);
  if (!field) throw new Error(`${place.entity.name} has no field ${source.field}`);
  const read = (value: unknown): IndicatorValue =>
    source.since ? ageOf(source.since, value, place.today) : valueOf(field, value);
  return {
    code,
    targets: [targetSql(field)],
    read: ([cell]) => (cell === null || cell === undefined ? null : read(cell)),
    none: null,
    days: null,
  };
}

/** An amount in another currency is none in the company's. */
function targetSql(field: UsedField): Sql {
  const target = raw(field.target(factAlias));
  if (!field.currency) return target;
  const isCompanys = sql`${raw(columnSql(field.currency, factAlias))} = ${companyCurrency}`;
  return sql`IF(${isCompanys}, ${target}, NULL)`;
}

function valueOf({ kind, column }: UsedField, value: unknown): IndicatorValue {
  if (kind === 'boolean') return value === 1 || value === true || value === 'true';
  if (value instanceof Uint8Array) return idFromBytes(value);
  return column === null && kind === 'decimal' ? trimmed(asText(value)) : asText(value);
}

/** Whole days or years, by the calendar. */
function ageOf(since: 'DAYS' | 'YEARS', value: unknown, today: string): string {
  const day = value instanceof Date ? companyDate(value) : asText(value);
  if (since === 'DAYS') return String(daysBetween(day, today));
  const years = Number(today.slice(0, 4)) - Number(day.slice(0, 4));
  return String(today.slice(5) < day.slice(5) ? years - 1 : years);
}
