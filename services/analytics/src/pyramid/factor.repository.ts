import { idFromBytes } from '@crm/kit/id';
import { customFieldNamed, customFieldTarget } from '@crm/kit/record/custom-field-sql';
import { companyDate, type CriteriaScope } from '@crm/kit/record/criteria';
import { columnNamed } from '@crm/kit/record/entity';
import { forbidden, invalid } from '@crm/kit/errors';
import type { FieldClass } from '@crm/kit/record/field';
import { columnSql } from '@crm/kit/record/store';
import { raw, sql, type Sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { companyCurrency } from '../company.ts';
import { classesOf } from '../indicator/indicator-check.ts';
import type { Indicator } from '../indicator/indicator.ts';
import { readCatalogue } from '../indicator/indicator.repository.ts';
import { readIndicatorValues } from '../indicator/indicator-values.repository.ts';
import { findModelsInForce } from '../model/model.repository.ts';
import { CustomerReportRow } from '../report/report.fields.ts';
import { strictest } from '../strictness.ts';
import type { Factor } from './pyramid.fields.ts';
import { decimalPattern, unitsOf } from './units.ts';

/** What a factor is, once it is looked up. */
export type KnownFactor = {
  readonly class: FieldClass;
  /** A currency, or what else the values are of. */
  readonly unit: string | null;
  /** The value of the customer `t` in SQL, and what has to be joined for it. */
  readonly target: Sql;
  readonly join: Sql;
  /** Read beside the rows instead of in them. */
  readonly indicator: Indicator | null;
};

type Looking = { readonly manager: EntityManager; readonly scope: CriteriaScope };

const inRows = { join: raw(''), indicator: null };

/** INVALID for a factor that is none, or that gives no numbers of customers. */
export async function lookUpFactor(looking: Looking, factor: Factor): Promise<KnownFactor> {
  if (factor.indicator)
    return indicatorFactor(await indicatorOf(looking, factor.indicator, 'factor.indicator'));
  return factor.model
    ? modelFactor(looking, factor.model)
    : fieldFactor(looking, factor.field ?? '');
}

const problem = (path: string, message: string): Error =>
  invalid(`PyramidDefinition was refused: ${path} ${message}`, [{ path, message }]);

type KnownIndicator = { readonly indicator: Indicator; readonly class: FieldClass };

async function indicatorOf(
  { manager }: Looking,
  code: string,
  path: string,
): Promise<KnownIndicator> {
  const catalogue = await readCatalogue(manager);
  const indicator = catalogue.indicators.get(code);
  if (!indicator?.isActive) throw problem(path, `"${code.slice(0, 64)}" is no active indicator`);
  if (indicator.subjectType !== 'CUSTOMER') throw problem(path, `${code} is none of customers`);
  if (indicator.valueType !== 'NUMBER') throw problem(path, `${code} is no number`);
  return { indicator, class: strictest(classesOf(indicator, catalogue)) };
}

const indicatorFactor = ({ indicator, class: fieldClass }: KnownIndicator): KnownFactor => ({
  ...inRows,
  class: fieldClass,
  unit: indicator.unit,
  target: raw('NULL'),
  indicator,
});

async function modelFactor({ manager, scope }: Looking, code: string): Promise<KnownFactor> {
  const models = await findModelsInForce(manager, { now: scope.now, subjectType: 'CUSTOMER' });
  const model = models.find((each) => each.code === code);
  if (!model)
    throw problem('factor.model', `"${code.slice(0, 64)}" is no published model of customers`);
  return {
    ...inRows,
    class: model.class,
    unit: null,
    target: raw('factorScore.score'),
    join: sql`LEFT JOIN score factorScore ON factorScore.modelId = ${model.modelId} AND factorScore.subjectId = t.id`,
  };
}

const fieldFactor = ({ scope }: Looking, name: string): KnownFactor =>
  name.startsWith('custom.') ? customFactor(scope, name) : columnFactor(scope, name);

function customFactor(scope: CriteriaScope, name: string): KnownFactor {
  const field = customFieldNamed(scope, name.slice('custom.'.length));
  if (field.type !== 'NUMBER' || !field.active) {
    throw problem('factor.field', `${name} is no active number`);
  }
  const target = raw(customFieldTarget(field, 't'));
  return { ...inRows, class: field.class, unit: null, target };
}

function columnFactor(scope: CriteriaScope, name: string): KnownFactor {
  const column = columnNamed(CustomerReportRow, name);
  const kind = column?.field.kind;
  if (!column || (kind !== 'decimal' && kind !== 'int')) {
    throw problem('factor.field', `"${name.slice(0, 64)}" is no number of CustomerReportRow`);
  }
  const fieldClass = column.field.class ?? 'INTERNAL';
  if (!scope.mayRead(CustomerReportRow, fieldClass)) throw forbidden(`You may not use ${name}`);
  const unit = kind === 'decimal' ? companyCurrency : null;
  return { ...inRows, class: fieldClass, unit, target: raw(columnSql(column, 't')) };
}

/** What is added up beside, by code. */
export async function lookUpMeasures(
  looking: Looking,
  codes: readonly string[],
): Promise<readonly KnownIndicator[]> {
  const found: KnownIndicator[] = [];
  for (const [at, code] of codes.entries()) {
    found.push(await indicatorOf(looking, code, `measures.${at}`));
  }
  return found;
}

/** The values of up to 5,000 customers by indicator, in the order of the ids, in units. */
export async function readUnits(
  manager: EntityManager,
  indicators: readonly Indicator[],
  { ids, now }: { readonly ids: readonly Uint8Array[]; readonly now: Date },
): Promise<readonly (readonly (bigint | null)[])[]> {
  if (indicators.length === 0 || ids.length === 0) return indicators.map(() => ids.map(() => null));
  const subjectIds = ids.map(idFromBytes);
  const today = companyDate(now);
  const wanted = { indicators, subjectType: 'CUSTOMER', subjectIds, today } as const;
  const values = await readIndicatorValues(manager, wanted);
  return indicators.map(({ code }) => subjectIds.map((id) => inUnits(values.get(id)?.get(code))));
}

/** Null for what is no number. */
export function inUnits(value: unknown): bigint | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value);
  return decimalPattern.test(text) ? unitsOf(text) : null;
}
