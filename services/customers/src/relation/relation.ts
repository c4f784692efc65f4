import type { FieldProblem } from '@crm/kit/errors';
import { commonPeriod, overlaps, type Period } from '@crm/kit/record/period';
import type { CustomerRelation, SeenRelation } from './relation.fields.ts';
import type { RelationType } from './relation-type.fields.ts';

type Pair = Pick<CustomerRelation, 'fromId' | 'toId'>;
type Names = Pick<RelationType, 'code' | 'inverseCode' | 'shape'>;

const codePattern = /^[A-Z][A-Z0-9_]{0,63}$/;

const problem = (path: string, message: string, isBroken: boolean): FieldProblem[] =>
  isBroken ? [{ path, message }] : [];

/** What is wrong with a type of relation beside the others that there are. */
export function relationTypeProblems(
  type: Names & Pick<RelationType, 'inverseLabels'>,
  others: readonly Names[],
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
}: RelationType): Readonly<Record<string, unknown>> =>
  shape === 'SYMMETRIC'
    ? {
        inverseCode: code,
        'inverseLabels.zh': labels?.zh ?? null,
        'inverseLabels.en': labels?.en ?? null,
      }
    : {};

/** The pair in the direction that the type is named for, when it was named by the inverse. */
export const inDirection = (type: Names, name: string, { fromId, toId }: Pair): Pair =>
  name === type.code ? { fromId, toId } : { fromId: toId, toId: fromId };

export type RelationDirection = 'BOTH' | 'IN' | 'OUT';

/** How a relation points, seen from the organisation that it was reached from. */
export function directionOf(
  relation: Seen,
  { shape }: Pick<RelationType, 'shape'>,
): RelationDirection {
  if (shape === 'SYMMETRIC') return 'BOTH';
  return isSeenFromFrom(relation) ? 'OUT' : 'IN';
}

type Seen = Pick<SeenRelation, 'fromId' | 'seenFromId'>;

export const isSeenFromFrom = ({ fromId, seenFromId = fromId }: Seen): boolean =>
  seenFromId === fromId;

/** What the relation is called from where it was reached. */
export const nameFrom = (
  relation: Seen,
  { code, inverseCode }: Pick<RelationType, 'code' | 'inverseCode'>,
): string => (isSeenFromFrom(relation) ? code : (inverseCode ?? code));

export function labelFrom(relation: Seen, type: RelationType, locale: 'EN' | 'ZH_CN'): string {
  const labels = isSeenFromFrom(relation) ? type.labels : type.inverseLabels;
  return (locale === 'EN' ? labels?.en : labels?.zh) ?? nameFrom(relation, type);
}

/** What is wrong with a relation by itself. */
export const relationProblems = ({
  fromId,
  toId,
  validFrom,
  validTo,
}: CustomerRelation): FieldProblem[] => [
  ...(fromId === toId ? [{ path: 'toId', message: 'is the same organisation' }] : []),
  ...(validFrom !== null && validTo !== null && validTo < validFrom
    ? [{ path: 'validTo', message: 'is before validFrom' }]
    : []),
];

type Edge = Pair & Period & Pick<CustomerRelation, 'id'>;

/** What a relation contradicts among others of its type: it is there already, or has a rival. */
export function conflictsWith(
  relation: Edge,
  { shape }: Pick<RelationType, 'shape'>,
  others: readonly Edge[],
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
 * The organisations along which a relation would come back to where it starts, on a day on which
 * all of the way holds; null when there is no such way. It begins and ends with the same one.
 */
export function findCycle(relation: Edge, edges: readonly Edge[]): readonly string[] | null {
  const { id, fromId, toId } = relation;
  const byStart = groupByStart(edges.filter((edge) => edge.id !== id));
  const ways: Way[] = [{ at: toId, period: relation, path: [fromId, toId] }];
  const seen = new Set<string>();
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    if (way.at === fromId) return way.path;
    const fresh = goingOn(way, byStart.get(way.at) ?? []).filter((next) => !seen.has(nameOf(next)));
    for (const next of fresh) seen.add(nameOf(next));
    ways.push(...fresh);
  }
  return null;
}

function groupByStart(edges: readonly Edge[]): ReadonlyMap<string, readonly Edge[]> {
  const groups = new Map<string, Edge[]>();
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
  readonly path: readonly string[];
};

const goingOn = ({ period, path }: Way, edges: readonly Edge[]): Way[] =>
  edges.flatMap((edge) => {
    const common = commonPeriod(period, edge);
    return common ? [{ at: edge.toId, period: common, path: [...path, edge.toId] }] : [];
  });
