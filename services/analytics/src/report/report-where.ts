import { invalid } from '@crm/kit/errors';
import type { Criteria } from '@crm/kit/record/criteria';
import type { TimeWindow } from '../window.ts';
import { windowName } from './report-window.ts';

/**
 * A filter of customers in which scores, tiers, segments and windows are conditions on the fields
 * that bear their names: `scores: [{ model: "m", grade: { eq: "A" } }]` is `grade: { m: { eq: "A" } }`.
 */
export function plainWhere(where: Criteria): Criteria {
  const given = Object.entries(where).filter(([, value]) => value !== null && value !== undefined);
  const plain = Object.fromEntries(
    given.filter(([key]) => !isMade(key)).map(([key, value]) => [key, plainBelow(key, value)]),
  );
  const conditions = given.flatMap(([key, value]) => (isMade(key) ? makers[key](value) : []));
  if (conditions.length === 0) return plain;
  const { all } = plain;
  return { ...plain, all: [...(Array.isArray(all) ? all : []), ...conditions] };
}

function plainBelow(key: string, value: unknown): unknown {
  if (key === 'all' || key === 'any') return treesIn(key, value).map(plainWhere);
  return key === 'not' ? plainWhere(tree(key, value)) : value;
}

const makers = {
  scores: (value: unknown): Criteria[] =>
    treesIn('scores', value).flatMap(({ model, ...asked }) =>
      named(asked, ['score', 'grade'], textOf('scores.model', model)),
    ),
  tiers: (value: unknown): Criteria[] =>
    treesIn('tiers', value).flatMap(({ pyramid, ...asked }) =>
      named(asked, ['tier'], textOf('tiers.pyramid', pyramid)),
    ),
  segments: (value: unknown): Criteria[] => {
    const { in: among, notIn } = tree('segments', value);
    return [...(among ? [{ any: bySegment(among, true) }] : []), ...bySegment(notIn ?? [], false)];
  },
  windows: (value: unknown): Criteria[] =>
    treesIn('windows', value).map(({ window, ...asked }) => ({
      [windowName(windowOf(window))]: asked,
    })),
};

const bySegment = (codes: unknown, eq: boolean): Criteria[] =>
  listOf('segments', codes).map((code) => ({ segment: { [textOf('segments', code)]: { eq } } }));

const isMade = (key: string): key is keyof typeof makers => Object.hasOwn(makers, key);

/** Conditions on `score.MODEL` and the like, one for each thing that is asked. */
const named = (asked: Criteria, fields: readonly string[], name: string): Criteria[] =>
  Object.entries(asked).flatMap(([field, filter]) => {
    if (filter === null || filter === undefined) return [];
    if (!fields.includes(field)) throw invalid(`${field} is none of ${fields.join(', ')}`);
    return [{ [field]: { [name]: filter } }];
  });

const kinds: readonly string[] = [
  'ALL_TIME',
  'BETWEEN',
  'LAST_YEAR',
  'ROLLING_DAYS',
  'THIS_QUARTER',
  'THIS_YEAR',
];

const isWindow = (value: Criteria): value is Criteria & TimeWindow =>
  kinds.includes(String(value['kind']));

function windowOf(value: unknown): TimeWindow {
  const window = tree('windows.window', value);
  if (!isWindow(window)) throw invalid(`windows.window.kind is one of ${kinds.join(', ')}`);
  return window;
}

function tree(path: string, value: unknown): Criteria {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(`${path} must be an object`);
}

const treesIn = (path: string, value: unknown): Criteria[] =>
  listOf(path, value).map((each) => tree(path, each));

function listOf(path: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${path} must be a list`);
}

function textOf(path: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid(`${path} must be a text`);
}
