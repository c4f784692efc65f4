import type { EntityManager } from 'typeorm';
import type { RequestContext } from '../context.ts';
import { namesOfStaff } from '../projection/staff-directory.ts';
import type { Field, Labels } from './field.ts';
import { readsCompany } from './policy.ts';
import { findTermsByKey, nameOf, type TermKey } from './vocabulary.ts';

/** What records are grouped by, as far as it says what the groups are called. */
export type Labelled = Pick<Field, 'labels' | 'names' | 'references' | 'vocabulary'>;

type Groups = readonly (readonly (string | null)[])[];

export type LabelOf = (at: number, value: string | null) => Labels | null;

/**
 * What people call the values of groups: by the words of a closed list, the terms of a vocabulary and
 * the names of staff, as far as this service keeps them. Each group has a value for each key, in their
 * order. One statement for all terms, one for all staff.
 */
export async function labelsOfGroups(
  { app, viewer }: RequestContext,
  keys: readonly Labelled[],
  groups: Groups,
): Promise<LabelOf> {
  const { manager } = app.db;
  const terms = await labelsOfTerms(manager, termsIn(keys, groups));
  const staff = readsCompany(viewer) ? staffIn(keys, groups) : [];
  const names = staff.length > 0 ? await namesOfStaff(manager, staff) : new Map<string, string>();
  const nameOfStaff = (id: string): Labels | null => {
    const name = names.get(id);
    return name === undefined ? null : { zh: name, en: name };
  };
  return (at, value) => {
    const key = keys[at];
    if (!key || value === null) return null;
    const { labels, vocabulary } = key;
    if (vocabulary !== undefined) return terms.get(nameOf({ vocabulary, code: value })) ?? null;
    return isStaff(key) ? nameOfStaff(value) : (labels?.[value] ?? null);
  };
}

const isStaff = ({ references, names }: Labelled): boolean =>
  (references ?? names) === 'StaffMember';

const valuesAt = (groups: Groups, at: number): readonly string[] => [
  ...new Set(groups.flatMap((values) => values[at] ?? [])),
];

const termsIn = (keys: readonly Labelled[], groups: Groups): readonly TermKey[] =>
  keys.flatMap(({ vocabulary }, at) =>
    vocabulary === undefined ? [] : valuesAt(groups, at).map((code) => ({ vocabulary, code })),
  );

const staffIn = (keys: readonly Labelled[], groups: Groups): readonly string[] => [
  ...new Set(keys.flatMap((key, at) => (isStaff(key) ? valuesAt(groups, at) : []))),
];

async function labelsOfTerms(
  manager: EntityManager,
  keys: readonly TermKey[],
): Promise<ReadonlyMap<string, Labels>> {
  const terms = await findTermsByKey(manager, keys);
  return new Map(terms.map((each) => [nameOf(each), each.labels]));
}
