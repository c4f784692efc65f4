import type { FieldProblem } from '@crm/kit/errors';
import { valueAt, type Column } from '@crm/kit/record/entity';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';

/** Fields that say one thing together: all of them are taken, or none. */
const wholes: readonly string[] = [
  'address',
  'headcount',
  'finance.registeredCapital',
  'finance.paidInCapital',
];

/** What stays the survivor's own, for it is known by it. */
const keptFields: readonly string[] = ['code'];

const isTakeable = ({ name, field }: Column): boolean =>
  !field.managed && !field.sql && !keptFields.includes(name);

/** Names of fields, and of groups of fields, that may be taken. */
const namesOf = ({ path }: Column): string[] =>
  path.map((_, at) => path.slice(0, at + 1).join('.'));

const takeable = CustomerEntity.columns.filter(isTakeable);
const takeableNames = new Set(takeable.flatMap(namesOf));

export const takeProblems = (takeFields: readonly string[]): FieldProblem[] =>
  takeFields
    .filter((name) => !takeableNames.has(name))
    .map((name) => ({ path: 'takeFields', message: `"${name}" is no field that can be taken` }));

const listMax = 20;

/**
 * The values of the survivor after a merge, by dotted name. What it lacks it is given; lists are
 * joined; for everything else it keeps its own value unless the caller takes the other's.
 */
export function mergedValues(
  survivor: Customer,
  merged: Customer,
  takeFields: readonly string[],
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const column of takeable) {
    const isTaken = namesOf(column).some((name) => takeFields.includes(name));
    if (isTaken || isLacking(survivor, column))
      values.set(column.name, valueAt(merged, column.path));
  }
  if (!takeFields.includes('tags')) values.set('tags', join(survivor.tags, merged.tags));
  if (!takeFields.includes('categories')) {
    values.set('categories', join(survivor.categories, merged.categories));
  }
  values.set('formerNames', formerNames(survivor, merged, values));
  values.set('customFields', { ...merged.customFields, ...survivor.customFields });
  return values;
}

function isLacking(customer: Customer, { path, name }: Column): boolean {
  const whole = wholes.find((each) => name.startsWith(`${each}.`));
  return valueAt(customer, whole?.split('.') ?? path) === null;
}

const join = (one: readonly string[], other: readonly string[]): readonly string[] => [
  ...new Set([...one, ...other]),
];

/** Both names go on to find the customer. */
function formerNames(
  survivor: Customer,
  merged: Customer,
  values: ReadonlyMap<string, unknown>,
): readonly string[] {
  const name = values.get('name') ?? survivor.name;
  return join([...survivor.formerNames, ...merged.formerNames], [survivor.name, merged.name])
    .filter((each) => each !== name)
    .slice(-listMax);
}
