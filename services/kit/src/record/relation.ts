import type { FieldProblem } from '../errors.ts';
import type { Labels } from './field.ts';
import { commonPeriod, overlaps, type Period } from './period.ts';

/** A relation runs from one record to another of its kind, in the direction that its type is named for. */
export type Pair = { readonly fromId: string; readonly toId: string };

export type RelationShape = 'ACYCLIC' | 'DIRECTED' | 'HIERARCHICAL' | 'SYMMETRIC';

export type RelationNames = {
  readonly code: string;
  /** What the other side calls it. */
  readonly inverseCode: string | null;
};

type PartialLabels = { readonly zh: string | null; readonly en: string | null };

type TypeOfRelation = RelationNames & {
  readonly shape: RelationShape;
  readonly labels: PartialLabels | null;
  readonly inverseLabels: PartialLabels | null;
};

const codePattern = /^[A-Z][A-Z0-9_]{0,63}$/;

const problem = (path: string, message: string, isBroken: boolean): FieldProblem[] =>
  isBroken ? [{ path, message }] : [];

/** What is wrong with a type of relation beside the others that there are. */
export function relationTypeProblems(
  type: Omit<TypeOfRelation, 'labels'>,
  others: readonly RelationNames[],
): FieldProblem[] {
  const { code, inverseCode, shape, inverseLabels } = type;
  const taken = new Set(others.flatMap((each) => [each.code, each.inverseCode ?? each.code]));
  const own = problem(
    'code',
    'takes capitals, digits and underscores, at most 64',
    !codePattern.test(code),
  );
  if (shape === 'SYMMETRIC')
    return [...own, ...problem('code', 'names another type', taken.has(code))];
  return [
    ...own,
    ...problem(
      'inverseCode',
      'takes capitals, digits and underscores, at most 64',
      !codePattern.test(inverseCode ?? ''),
    ),
    ...problem('inverseCode', 'must be another than the code', inverseCode === code),
    ...problem('code', 'names another type', taken.has(code)),
    ...problem('inverseCode', 'names another type', taken.has(inverseCode ?? '')),
    ...problem('inverseLabels', 'are required', !inverseLabels?.zh || !inverseLabels.en),
  ];
}

/** A symmetric relation is called the same from both sides. */
export const namesOfType = ({
  code,
  labels,
  shape,
}: Omit<TypeOfRelation, 'inverseCode' | 'inverseLabels'>): Readonly<Record<string, unknown>> =>
  shape === 'SYMMETRIC'
    ? {
        inverseCode: code,
        'inverseLabels.zh': labels?.zh ?? null,
        'inverseLabels.en': labels?.en ?? null,
      }
    : {};

/** The words of a type from both sides, where some are missing its codes. */
export function wordsOfType({ code, inverseCode, labels, inverseLabels }: Worded): {
  readonly labels: Labels;
  readonly inverseLabels: Labels;
} {
  return {
    labels: withCode(labels, code),
    inverseLabels: withCode(inverseLabels, inverseCode ?? code),
  };
}

const withCode = (labels: PartialLabels | null, code: string): Labels => ({
  zh: labels?.zh ?? code,
  en: labels?.en ?? code,
});

type Worded = Omit<TypeOfRelation, 'shape'>;

/** The pair in the direction that the type is named for, when it was named by the inverse. */
export const inDirection = (type: RelationNames, name: string, { fromId, toId }: Pair): Pair =>
  name === type.code ? { fromId, toId } : { fromId: toId, toId: fromId };

export type RelationDirection = 'BOTH' | 'IN' | 'OUT';

/** A relation as it was reached from one of its sides; by itself it is seen from `from`. */
export type Seen = Pick<Pair, 'fromId'> & { readonly seenFromId?: string };

/** How a relation points, seen from the side that it was reached from. */
export function directionOf(
  relation: Seen,
  { shape }: { readonly shape: RelationShape },
): RelationDirection {
  if (shape === 'SYMMETRIC') return 'BOTH';
  return isSeenFromFrom(relation) ? 'OUT' : 'IN';
}

export const isSeenFromFrom = ({ fromId, seenFromId = fromId }: Seen): boolean =>
  seenFromId === fromId;

/** What the relation is called from where it was reached. */
export const nameFrom = (relation: Seen, { code, inverseCode }: RelationNames): string =>
  isSeenFromFrom(relation) ? code : (inverseCode ?? code);

export function labelFrom(relation: Seen, type: Worded, locale: 'EN' | 'ZH_CN'): string {
  const words = wordsOfType(type);
  const labels = isSeenFromFrom(relation) ? words.labels : words.inverseLabels;
  return locale === 'EN' ? labels.en : labels.zh;
}

/** What is wrong with a relation by itself. */
export const relationProblems = ({
  fromId,
  toId,
  validFrom,
  validTo,
}: Pair & Period): FieldProblem[] => [
  ...problem('toId', 'is the same as fromId', fromId === toId),
  ...problem(
    'validTo',
    'is before validFrom',
    validFrom !== null && validTo !== null && validTo < validFrom,
  ),
];

export type RelationEdge = Pair & Period & { readonly id: string };

/** What a relation contradicts among others of its type: it is there already, or has a rival. */
export function conflictsWith(
  relation: RelationEdge,
  { shape }: { readonly shape: RelationShape },
  others: readonly RelationEdge[],
): FieldProblem[] {
  const rivals = others
    .filter(({ id }) => id !== relation.id)
    .filter((each) => overlaps(relation, each));
  const isSame = rivals.some(
    (each) => isPair(each, relation) || (shape === 'SYMMETRIC' && isPair(turned(each), relation)),
  );
  if (isSame) return [{ path: 'toId', message: 'is related so at that time already' }];
  return shape === 'HIERARCHICAL' && rivals.some(({ fromId }) => fromId === relation.fromId)
    ? [
        {
          path: 'toId',
          message: 'there is another one above at that time: end that relation first',
        },
      ]
    : [];
}

const isPair = (a: Pair, b: Pair): boolean => a.fromId === b.fromId && a.toId === b.toId;

const turned = ({ fromId, toId }: Pair): Pair => ({ fromId: toId, toId: fromId });

/**
 * The records along which a relation would come back to where it starts, on a day on which all of
 * the way holds; null when there is no such way. It begins and ends with the same one.
 */
export function findCycle(
  relation: RelationEdge,
  edges: EdgesByStart | readonly RelationEdge[],
): readonly string[] | null {
  const { id, fromId, toId } = relation;
  const known = edges instanceof Map ? edges : byStart(edges);
  const ways: Way[] = [{ at: toId, period: relation, before: null }];
  const seen = new Set<string>();
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    if (way.at === fromId) return [fromId, ...pathOf(way)];
    const onward = (known.get(way.at) ?? []).filter((edge) => edge.id !== id);
    const fresh = goingOn(way, onward).filter((next) => !seen.has(nameOf(next)));
    for (const next of fresh) seen.add(nameOf(next));
    ways.push(...fresh);
  }
  return null;
}

type EdgesByStart = Map<string, readonly RelationEdge[]>;

export function byStart(edges: Iterable<RelationEdge>): EdgesByStart {
  const groups = new Map<string, RelationEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge.fromId) ?? [];
    group.push(edge);
    groups.set(edge.fromId, group);
  }
  return groups;
}

/** Two ways to one place that hold on the same days go on alike. */
const nameOf = ({ at, period }: Way): string => `${at} ${period.validFrom} ${period.validTo}`;

type Way = {
  /** Where it has come to. */
  readonly at: string;
  /** The days on which all of it holds. */
  readonly period: Period;
  readonly before: Way | null;
};

function pathOf(way: Way): readonly string[] {
  const path: string[] = [];
  for (let each: Way | null = way; each !== null; each = each.before) path.push(each.at);
  return path.toReversed();
}

const goingOn = (way: Way, edges: readonly RelationEdge[]): Way[] =>
  edges.flatMap((edge) => {
    const period = commonPeriod(way.period, edge);
    return period ? [{ at: edge.toId, period, before: way }] : [];
  });
