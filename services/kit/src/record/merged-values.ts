import type { FieldProblem } from '../errors.ts';
import type { Changes } from './audit.ts';
import { changesOf } from './difference.ts';
import { valueAt, type Column, type Entity, type Stamps } from './entity.ts';

/** What becomes of the fields of a record when another is merged into it. */
export type MergeRules = {
  readonly entity: Entity;
  /** Groups and fields that say one thing together: all of them are taken, or none. */
  readonly wholes: readonly (readonly string[])[];
  /** What stays the survivor's own, for it is known by it. */
  readonly kept: readonly string[];
};

const isTakeable = ({ kept }: MergeRules, { name, field }: Column): boolean =>
  !field.managed && !field.sql && !kept.includes(name);

/** Names of the field, and of the groups that it is in. */
const namesOf = ({ path }: Column): string[] =>
  path.map((_, at) => path.slice(0, at + 1).join('.'));

export function takeProblems(rules: MergeRules, takeFields: readonly string[]): FieldProblem[] {
  const takeable = rules.entity.columns.filter((column) => isTakeable(rules, column));
  const names = new Set(takeable.flatMap(namesOf));
  return takeFields
    .filter((name) => !names.has(name))
    .map((name) => ({ path: 'takeFields', message: `"${name}" is no field that can be taken` }));
}

type Pair<Row> = {
  readonly survivor: Row;
  readonly merged: Row;
  /** Fields, or groups of them, that the survivor gets from the merged one whatever it has. */
  readonly takeFields: readonly string[];
};

/**
 * The values of the survivor after a merge, by dotted name. What it lacks it is given; lists are
 * joined; for everything else it keeps its own value unless the caller takes the other's.
 */
export function mergedValues<Row extends Stamps>(
  rules: MergeRules,
  { survivor, merged, takeFields }: Pair<Row>,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const column of rules.entity.columns.filter((each) => isTakeable(rules, each))) {
    const { name, path, field } = column;
    const isTaken = namesOf(column).some((each) => takeFields.includes(each));
    if (isTaken || isLacking(rules, survivor, column)) values.set(name, valueAt(merged, path));
    else if (field.kind === 'list') {
      values.set(name, joined(valueAt(survivor, path), valueAt(merged, path)).slice(0, field.max));
    }
  }
  values.set('customFields', { ...merged.customFields, ...survivor.customFields });
  return values;
}

function isLacking({ entity, wholes }: MergeRules, row: Stamps, { name, path }: Column): boolean {
  const whole = wholes.find((each) =>
    each.some((part) => name === part || name.startsWith(`${part}.`)),
  );
  if (!whole) return valueAt(row, path) === null;
  return entity.columns
    .filter((each) => whole.some((part) => each.name === part || each.name.startsWith(`${part}.`)))
    .every((each) => valueAt(row, each.path) === null);
}

/** What the merge has changed goes back; what somebody has changed since stays. */
export const valuesBefore = <Row extends Stamps>(
  entity: Entity<Row>,
  changes: Changes | null,
  row: Row,
): ReadonlyMap<string, unknown> =>
  new Map(
    Object.entries(changes ?? {}).flatMap(([name, { from, to }]) =>
      Object.keys(changesOf(entity, row, new Map([[name, to]]))).length === 0
        ? [[name, name === 'customFields' ? withoutAdded(from, to) : from] as const]
        : [],
    ),
  );

/** Custom fields are changed key by key, so those that were added are emptied by name. */
const withoutAdded = (from: unknown, to: unknown): object => ({
  ...Object.fromEntries(Object.keys(Object(to)).map((key) => [key, null])),
  ...Object(from),
});

const joined = (one: unknown, other: unknown): unknown[] => [
  ...new Set([one, other].flatMap((each): unknown[] => (Array.isArray(each) ? each : []))),
];
