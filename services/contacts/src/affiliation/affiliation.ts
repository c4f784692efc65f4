import type { FieldProblem } from '@crm/kit/errors';
import { overlaps } from '@crm/kit/record/period';
import { contactPointProblems } from '../person/contact-point.ts';
import type { Affiliation } from './affiliation.fields.ts';

const affiliationRoles = ['LEGAL_REPRESENTATIVE', 'PRINCIPAL', 'KEY_PERSON', 'CONTACT'] as const;

export type AffiliationRole = (typeof affiliationRoles)[number];

const isRole = (role: string): role is AffiliationRole =>
  affiliationRoles.some((each) => each === role);

export const rolesOf = (roles: readonly string[]): AffiliationRole[] => roles.filter(isRole);

/** Roles that one person at a time has at a customer. */
const soleRoles = ['LEGAL_REPRESENTATIVE', 'PRINCIPAL'] as const;

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with an affiliation by itself. */
export function affiliationProblems(affiliation: Affiliation): FieldProblem[] {
  const { validFrom, validTo, influence, sequence } = affiliation;
  const checks: readonly Check[] = [
    [
      placesOf(affiliation) !== 1,
      'customerId',
      'externalOrganizationId and organizationName: exactly one of them is needed',
    ],
    [
      validFrom !== null && validTo !== null && validTo < validFrom,
      'validTo',
      'is before validFrom',
    ],
    [isOutside(influence, 0, 100), 'influence', 'must be from 0 to 100'],
    [isOutside(sequence, 1, 10_000), 'sequence', 'must be from 1 to 10000'],
    [affiliation.roles.length === 0, 'roles', 'must name one at least'],
  ];
  return [
    ...checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message })),
    ...contactPointProblems(affiliation.contactPoints),
  ];
}

const placesOf = ({ customerId, externalOrganizationId, organizationName }: Place): number =>
  [customerId, externalOrganizationId, organizationName].filter((each) => each !== null).length;

const isOutside = (value: number | null, min: number, max: number): boolean =>
  value !== null && (value < min || value > max);

/**
 * What it contradicts among the other affiliations of its person and of its customer: at any day a
 * person is at an organisation once and primarily at one, and a customer has one principal and one
 * legal representative.
 */
export function conflictsWith(
  affiliation: Affiliation,
  others: readonly Affiliation[],
): FieldProblem[] {
  const rivals = others.filter(
    (other) => other.id !== affiliation.id && overlaps(affiliation, other),
  );
  const ofPerson = rivals.filter(({ personId }) => personId === affiliation.personId);
  const ofCustomer = rivals.filter(
    ({ customerId }) => customerId !== null && customerId === affiliation.customerId,
  );
  return [
    ...(ofPerson.some((other) => isSamePlace(affiliation, other))
      ? [{ path: 'personId', message: 'is at this organisation already at that time' }]
      : []),
    ...(affiliation.isPrimary && ofPerson.some(({ isPrimary }) => isPrimary)
      ? [{ path: 'isPrimary', message: 'the person has another primary affiliation at that time' }]
      : []),
    ...soleRoles
      .filter((role) => affiliation.roles.includes(role))
      .filter((role) => ofCustomer.some(({ roles }) => roles.includes(role)))
      .map((role) => ({
        path: 'roles',
        message: `the customer has another ${role} at that time: end or change that one first`,
      })),
  ];
}

type Place = Pick<Affiliation, 'customerId' | 'externalOrganizationId' | 'organizationName'>;

export const isSamePlace = (a: Place, b: Place): boolean =>
  a.customerId === b.customerId &&
  a.externalOrganizationId === b.externalOrganizationId &&
  nameOf(a) === nameOf(b);

const nameOf = ({ organizationName }: Place): string =>
  (organizationName ?? '').trim().toLowerCase();

/** Key people are numbered by customer; without a number one comes last. */
export function sequenceOf(
  affiliation: Affiliation,
  others: readonly Affiliation[],
): number | null {
  const { sequence, roles, customerId, id } = affiliation;
  if (sequence !== null || customerId === null || !roles.includes('KEY_PERSON')) return sequence;
  const taken = others
    .filter((other) => other.id !== id && other.customerId === customerId)
    .map((other) => other.sequence ?? 0);
  return Math.max(0, ...taken) + 1;
}
