import { mergedValues, type MergeRules } from '@crm/kit/record/merged-values';
import { isSamePlace } from '../affiliation/affiliation.ts';
import type { Affiliation } from '../affiliation/affiliation.fields.ts';
import { overlaps } from '@crm/kit/record/period';
import type { ContactPoint } from '../person/contact-point.ts';
import { PersonEntity, type Person } from '../person/person.fields.ts';

export const mergeRules: MergeRules = {
  entity: PersonEntity,
  wholes: [['birthday'], ['homeAddress'], ['guardianConsent'], ['source', 'externalRef']],
  kept: ['code', 'status'],
};

export function valuesOfMerge(
  survivor: Person,
  merged: Person,
  takeFields: readonly string[],
): ReadonlyMap<string, unknown> {
  const values = mergedValues(mergeRules, { survivor, merged, takeFields });
  if (!takeFields.includes('contactPoints')) {
    values.set('contactPoints', joinPoints(survivor.contactPoints, merged.contactPoints));
  }
  return values;
}

const pointsMax = 20;

/** Each way once; what the survivor prefers goes on being preferred. */
function joinPoints(
  own: readonly ContactPoint[] | null,
  other: readonly ContactPoint[] | null,
): readonly ContactPoint[] | null {
  if (own === null || own.length === 0) return other;
  const known = new Set(own.map(keyOf));
  const preferred = new Set(own.filter(({ isPreferred }) => isPreferred).map(({ kind }) => kind));
  const added = (other ?? [])
    .filter((point) => !known.has(keyOf(point)))
    .map((point) => ({ ...point, isPreferred: point.isPreferred && !preferred.has(point.kind) }));
  return [...own, ...added].slice(0, pointsMax);
}

const keyOf = ({ kind, value }: ContactPoint): string => `${kind} ${value.toLowerCase()}`;

/** What the two were at the same place at a time is one affiliation then. */
export type Fold = {
  /** Of the survivor, and what it comes to hold. */
  readonly kept: Affiliation;
  readonly values: ReadonlyMap<string, unknown>;
  /** Of the merged one; null when only the primary one is settled. */
  readonly removed: Affiliation | null;
};

export function foldsOf(own: readonly Affiliation[], theirs: readonly Affiliation[]): Fold[] {
  return theirs.flatMap((each): Fold[] => {
    const rival = own.find((mine) => isSamePlace(mine, each) && overlaps(mine, each));
    const isSecond = each.isPrimary && own.some((mine) => mine.isPrimary && overlaps(mine, each));
    if (rival) return [{ kept: rival, values: joinedPlace(rival, each, isSecond), removed: each }];
    // The survivor's main position goes on being the one.
    return isSecond ? [{ kept: each, values: new Map([['isPrimary', false]]), removed: null }] : [];
  });
}

const lackable = [
  'department',
  'jobTitle',
  'responsibilities',
  'influence',
  'businessFamiliarity',
  'sequence',
  'registeredOn',
] as const;

function joinedPlace(
  own: Affiliation,
  other: Affiliation,
  isSecond: boolean,
): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ...lackable.filter((name) => own[name] === null).map((name) => [name, other[name]] as const),
    ['roles', [...new Set([...own.roles, ...other.roles])]],
    ['isProxy', own.isProxy || other.isProxy],
    ['isPrimary', own.isPrimary || (other.isPrimary && !isSecond)],
    ['contactPoints', joinPoints(own.contactPoints, other.contactPoints)],
    ['validFrom', earlier(own.validFrom, other.validFrom)],
    ['validTo', later(own.validTo, other.validTo)],
  ]);
}

/** Without a day it always was, or goes on. */
const earlier = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : a < b ? a : b;
const later = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : a > b ? a : b;
