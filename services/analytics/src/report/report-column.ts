import { forbidden, invalid } from '@crm/kit/errors';
import type { Criteria } from '@crm/kit/record/criteria';
import {
  boolean,
  decimal,
  group,
  text,
  type AskedComparison,
  type Field,
  type FieldClass,
  type Fields,
  type Labels,
} from '@crm/kit/record/field';
import { raw, sql, type Sql } from '@crm/kit/sql';
import { figure } from './report.fields.ts';
import { thingKey, type NamedKind, type NamedThing, type NamedThings } from './named-thing.ts';
import { windowFields, windowNamed } from './report-window.ts';

/** What stands before the code in the name of a field: `score.customer_value`. */
const kinds: Readonly<Record<string, NamedKind>> = {
  score: 'MODEL',
  grade: 'MODEL',
  tier: 'PYRAMID',
  segment: 'SEGMENT',
};

const isNamed = (top: string): boolean => Object.hasOwn(kinds, top) || windowNamed(top) !== null;

/** A field that is made of a name: what stands before the first dot, and the rest. */
type Name = { readonly top: string; readonly member: string };

/** Those of the fields' names that are made. */
export const namesAmong = (fields: readonly string[]): Name[] =>
  fields.flatMap((field) => {
    const [top = '', ...rest] = field.split('.');
    return rest.length > 0 && isNamed(top) ? [{ top, member: rest.join('.') }] : [];
  });

/** The same of a filter, whose tree has them as objects. */
export const namesIn = (where: Criteria): Name[] =>
  Object.entries(where).flatMap(([key, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    if (key === 'all' || key === 'any') {
      return Array.isArray(value) ? value.flatMap((each) => namesIn({ ...each })) : [];
    }
    if (key === 'not') return namesIn({ ...value });
    return isNamed(key) ? Object.keys(value).map((member) => ({ top: key, member })) : [];
  });

/** The codes of what has to be looked up for these names. */
export const codesOf = (names: readonly Name[]): readonly string[] => [
  ...new Set(names.flatMap(({ top, member }) => (Object.hasOwn(kinds, top) ? [member] : []))),
];

type Place = {
  readonly things: NamedThings;
  /** `YYYY-MM-DD` in the company's time zone. */
  readonly today: string;
  readonly mayRead: (fieldClass: FieldClass) => boolean;
};

const fieldsMax = 30;

/** The fields that bear these names. INVALID for what is not there, FORBIDDEN for what may not be read. */
export function namedFields(names: readonly Name[], place: Place): Fields {
  const byTop = new Map<string, Set<string>>();
  for (const { top, member } of names) {
    byTop.set(top, (byTop.get(top) ?? new Set()).add(member));
  }
  const count = [...byTop.values()].reduce((sum, { size }) => sum + size, 0);
  if (count > fieldsMax) throw invalid(`At most ${fieldsMax} scores, tiers, segments and windows`);
  return Object.fromEntries(
    [...byTop].map(([top, members]) => {
      const window = windowNamed(top);
      if (window) {
        return [top, windowFields(window, [...members], { ...place, currencySql })];
      }
      const fields = [...members].map((code) => [code, thingField(top, thingOf(top, code, place))]);
      return [top, group(topLabels[top] ?? { zh: top, en: top }, Object.fromEntries(fields))];
    }),
  );
}

const currencySql = figure('currency');

const topLabels: Readonly<Record<string, Labels>> = {
  score: { zh: '得分', en: 'Score' },
  grade: { zh: '等级', en: 'Grade' },
  tier: { zh: '层级', en: 'Tier' },
  segment: { zh: '客户群', en: 'Segment' },
};

const nouns: Readonly<Record<NamedKind, string>> = {
  MODEL: 'published model of customers',
  PYRAMID: 'pyramid',
  SEGMENT: 'segment',
};

function thingOf(top: string, code: string, { things, mayRead }: Place): NamedThing {
  const kind = kinds[top] ?? 'MODEL';
  const thing = things.get(thingKey(kind, code));
  const name = `${top}.${code.slice(0, 64)}`;
  if (!thing) {
    const message = `names no ${nouns[kind]}`;
    throw invalid(`"${name}" ${message}`, [{ path: name, message }]);
  }
  if (!mayRead(thing.class)) throw forbidden(`You may not use ${name}`);
  return thing;
}

function thingField(top: string, thing: NamedThing): Field {
  const { class: of, labels } = thing;
  if (top === 'score') {
    const label = { zh: `${labels.zh}得分`, en: `${labels.en}: score` };
    return decimal({ label, class: of, sql: scoreSql(thing, 'score'), compare: byScore(thing) });
  }
  if (top === 'segment') {
    const sqlOf = (alias: string): string => `(${alias}.id IN (${membersOf(thing)}))`;
    return boolean({ label: labels, class: of, sql: sqlOf, compare: byMembership(thing) });
  }
  const isGrade = top === 'grade';
  return {
    ...text({
      max: 32,
      class: of,
      label: isGrade ? { zh: `${labels.zh}等级`, en: `${labels.en}: grade` } : labels,
      sql: isGrade ? scoreSql(thing, 'grade') : tierSql(thing),
      compare: isGrade ? byGrade(thing) : byTier(thing),
    }),
    labels: thing.values,
  };
}

const scoreSql =
  ({ ref }: NamedThing, column: 'grade' | 'score') =>
  (alias: string): string =>
    `(SELECT s.${column} FROM score s WHERE s.modelId = ${ref} AND s.subjectId = ${alias}.id)`;

const placed = ({ ref, seq }: NamedThing): string =>
  `p.definitionId = ${ref} AND p.fromSeq <= ${seq ?? 0} AND p.toSeq > ${seq ?? 0}`;

const tierSql =
  (thing: NamedThing) =>
  (alias: string): string =>
    `(SELECT p.tier FROM pyramidPlacement p WHERE ${placed(thing)} AND p.subjectId = ${alias}.id)`;

const membersOf = ({ ref }: NamedThing): string =>
  `SELECT m.subjectId FROM segmentMember m WHERE m.segmentId = ${ref} AND m.leftAt IS NULL`;

type Compare = (asked: AskedComparison) => Sql | null;

const isAmong = (alias: string, ids: Sql): Sql => sql`${raw(alias)}.id IN (${ids})`;

const bounds: Readonly<Record<string, string>> = {
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
  eq: '=',
};

/** Those of a score are found by its key, which no value beside the customer's row could be. */
const byScore =
  ({ ref }: NamedThing): Compare =>
  ({ alias, operator, value }) => {
    const bound = bounds[operator];
    if (!bound || (typeof value !== 'string' && typeof value !== 'number')) return null;
    return isAmong(
      alias,
      sql`SELECT s.subjectId FROM score s WHERE s.modelId = ${raw(ref)} AND s.score ${raw(bound)} ${value}`,
    );
  };

const byGrade =
  ({ ref }: NamedThing): Compare =>
  ({ alias, operator, value }) => {
    const grades = wanted(operator, value);
    return (
      grades &&
      isAmong(
        alias,
        sql`SELECT s.subjectId FROM score s WHERE s.modelId = ${raw(ref)} AND s.grade IN (${grades})`,
      )
    );
  };

const byTier =
  (thing: NamedThing): Compare =>
  ({ alias, operator, value }) => {
    const tiers = wanted(operator, value);
    return (
      tiers &&
      isAmong(
        alias,
        sql`SELECT p.subjectId FROM pyramidPlacement p WHERE ${raw(placed(thing))} AND p.tier IN (${tiers})`,
      )
    );
  };

const byMembership =
  (thing: NamedThing): Compare =>
  ({ alias, operator, value }) => {
    if (operator !== 'eq' || typeof value !== 'boolean') return null;
    const members = raw(membersOf(thing));
    return value ? isAmong(alias, members) : sql`NOT ${isAmong(alias, members)}`;
  };

/** One value or several; null for what is asked otherwise. */
function wanted(operator: string, value: unknown): readonly string[] | null {
  if (operator === 'eq' && typeof value === 'string') return [value];
  const isList = operator === 'in' && Array.isArray(value);
  return isList && value.every((each) => typeof each === 'string') ? value : null;
}
