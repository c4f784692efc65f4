import { mergedValues, type MergeRules } from '@crm/kit/record/merged-values';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';

export const mergeRules: MergeRules = {
  entity: CustomerEntity,
  wholes: [['address'], ['headcount'], ['finance.registeredCapital'], ['finance.paidInCapital']],
  kept: ['code'],
};

const listMax = 20;

export function valuesOfMerge(
  survivor: Customer,
  merged: Customer,
  takeFields: readonly string[],
): ReadonlyMap<string, unknown> {
  const values = mergedValues(mergeRules, { survivor, merged, takeFields });
  values.set('formerNames', formerNames(survivor, merged, values));
  return values;
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
