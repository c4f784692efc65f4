import { createHash } from 'node:crypto';

/** An indicator that a new company begins with. */
export type IndicatorSeed = {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly category: 'ATTRIBUTE' | 'ENGAGEMENT' | 'FINANCIAL' | 'RELATIONSHIP' | 'TRANSACTION';
  readonly subjectType: 'COMPETITOR' | 'CUSTOMER' | 'PERSON' | 'STAFF';
  readonly source: object;
  readonly valueType?: 'BOOLEAN' | 'NUMBER' | 'TEXT';
  readonly unit?: string;
};

const json = (value: unknown): string => `'${JSON.stringify(value)}'`;

/**
 * Puts in those that are missing: what a company has saved under a code stays as it is. Ids follow
 * from the codes, so that they are the same wherever the product runs.
 */
export const seedIndicatorsSql = (seeds: readonly IndicatorSeed[]): string =>
  `INSERT IGNORE INTO indicator (id, version, createdAt, updatedAt, code, labels, category,
     subjectType, source, valueType, unit, isActive)
   VALUES ${seeds.map(rowSql).join(',\n')}`;

const rowSql = ({ code, zh, en, valueType = 'NUMBER', unit, ...seed }: IndicatorSeed): string =>
  `(${idSql(code)}, 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '${code}', ${json({ zh, en })},
    '${seed.category}', '${seed.subjectType}', ${json(seed.source)}, '${valueType}',
    ${unit ? `'${unit}'` : 'NULL'}, 1)`;

/** A UUID of version 8, made of the code. */
function idSql(code: string): string {
  const hash = createHash('sha256').update(`indicator ${code}`).digest('hex');
  return `UNHEX('${hash.slice(0, 12)}8${hash.slice(13, 16)}a${hash.slice(17, 32)}')`;
}

export const unseedIndicatorsSql = (seeds: readonly IndicatorSeed[]): string =>
  `DELETE FROM indicator WHERE code IN (${seeds.map(({ code }) => `'${code}'`).join(', ')})`;

export const allTime = { kind: 'ALL_TIME' };
export const thisYear = { kind: 'THIS_YEAR' };
export const lastYear = { kind: 'LAST_YEAR' };
export const days = (count: number): object => ({ kind: 'ROLLING_DAYS', days: count });

export const aggregate = (fact: string, measure: string, more: object): object => ({
  kind: 'AGGREGATE',
  fact,
  measure,
  ...more,
});

export const sum = (fact: string, window: object): object =>
  aggregate(fact, 'SUM', { window, field: 'amount' });

export const count = (fact: string, window: object, more: object = {}): object =>
  aggregate(fact, 'COUNT', { window, ...more });

export const ofTwo = (kind: string, of: string, to: string): object => ({ kind, of, to });

export const field = (name: string, more: object = {}): object => ({
  kind: 'FIELD',
  field: name,
  ...more,
});

export const visits = { where: { kind: { eq: 'VISIT' } } };
export const inbound = { where: { direction: { eq: 'INBOUND' } } };

type Kind = Pick<IndicatorSeed, 'category' | 'subjectType'>;
type Known = Omit<IndicatorSeed, 'category' | 'subjectType'>;

export const of = (kind: Kind, seeds: readonly Known[]): IndicatorSeed[] =>
  seeds.map((seed) => ({ ...seed, ...kind }));
