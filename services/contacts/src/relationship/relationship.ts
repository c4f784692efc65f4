import type { FieldProblem } from '@crm/kit/errors';
import {
  namesOfType,
  relationProblems,
  relationTypeProblems,
  type RelationNames,
  type RelationShape,
} from '@crm/kit/record/relation';
import type { PersonRelationship } from './relationship.fields.ts';
import type { RelationshipType } from './relationship-type.fields.ts';

type Flags = Pick<RelationshipType, 'acyclic' | 'hierarchical' | 'symmetric'>;

/** A person may have several above at a time, at several organisations or in a matrix. */
export function shapeOf({ symmetric, acyclic }: Flags): RelationShape {
  if (symmetric) return 'SYMMETRIC';
  return acyclic ? 'ACYCLIC' : 'DIRECTED';
}

const problemsOf = (
  checks: readonly (readonly [isBroken: boolean, path: string, message: string])[],
): FieldProblem[] =>
  checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));

const isOutside = (value: number | null, max: number): boolean =>
  value !== null && (value < 0 || value > max);

export const typeProblems = (
  type: RelationshipType,
  others: readonly RelationNames[],
): FieldProblem[] => [
  ...relationTypeProblems({ ...type, shape: shapeOf(type) }, others),
  ...problemsOf([
    [isOutside(type.defaultStrength, 100), 'defaultStrength', 'must be from 0 to 100'],
    [
      type.symmetric && (type.acyclic || type.hierarchical),
      'symmetric',
      'excludes acyclic and hierarchical',
    ],
    [type.hierarchical && !type.acyclic, 'hierarchical', 'needs acyclic'],
  ]),
];

export const namesOfRelationshipType = (
  type: RelationshipType,
): Readonly<Record<string, unknown>> => namesOfType({ ...type, shape: shapeOf(type) });

/** What is wrong with a relationship by itself. */
export const relationshipProblems = (relationship: PersonRelationship): FieldProblem[] => [
  ...relationProblems(relationship),
  ...problemsOf([
    [isOutside(relationship.strength, 100), 'strength', 'must be from 0 to 100'],
    [isOutside(relationship.confidence, 100), 'confidence', 'must be from 0 to 100'],
    [
      relationship.kinship !== null && relationship.category !== 'FAMILY',
      'kinship',
      'is for relations within a family',
    ],
    [
      relationship.externalRef !== null && relationship.source === null,
      'source',
      'is required beside an external reference',
    ],
  ]),
];

export type Edge = Pick<PersonRelationship, 'category' | 'strength' | 'validFrom' | 'validTo'> & {
  readonly personId: string;
  readonly otherId: string;
  readonly relationshipId: string;
  readonly direction: 'BOTH' | 'IN' | 'OUT';
};

/** A relationship as each of both has it. */
export function edgesOf(
  { id, fromId, toId, category, strength, validFrom, validTo }: PersonRelationship,
  isSymmetric: boolean,
): readonly Edge[] {
  const edge = { relationshipId: id, category, strength, validFrom, validTo };
  return [
    { ...edge, personId: fromId, otherId: toId, direction: isSymmetric ? 'BOTH' : 'OUT' },
    { ...edge, personId: toId, otherId: fromId, direction: isSymmetric ? 'BOTH' : 'IN' },
  ];
}
