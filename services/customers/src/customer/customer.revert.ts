import type { Work } from '@crm/kit/record/command';
import type { Values } from '@crm/kit/record/input';
import { planChange, removeRecords, writeChanges } from '@crm/kit/record/record';
import { lockOwned, refuseTaking } from '../ownership/ownership.lock.ts';
import { customerRules } from './customer.commands.ts';
import { customersDeleted } from './customer.events.ts';
import { CustomerEntity } from './customer.fields.ts';
import { customersChanged } from './customer.saved.ts';

/** Deletes those of the customers that the viewer answers for, and gives their ids. */
export async function removeCustomers(work: Work, ids: readonly string[]): Promise<string[]> {
  const removed = await removeRecords(work, CustomerEntity, await lockOwned(work, ids));
  await customersDeleted(work, removed);
  return removed.map(({ id }) => id);
}

type NewValues = { readonly id: string; readonly values: Values };

/** Gives those of the customers that the viewer answers for other values, and gives their ids. */
export async function giveCustomersValues(
  work: Work,
  changes: readonly NewValues[],
): Promise<string[]> {
  const rows = await lockOwned(
    work,
    changes.map(({ id }) => id),
  );
  const valuesOf = new Map(changes.map(({ id, values }) => [id, values]));
  const owners = changes.map(({ values }) => values.get('ownerId'));
  const rules = await customerRules(work, owners);
  const planned = rows.map((before) => ({
    before,
    ...planChange(CustomerEntity, before, { values: valuesOf.get(before.id) ?? new Map(), rules }),
  }));
  const changed = await writeChanges(work, CustomerEntity, planned);
  refuseTaking(work.viewer, changed);
  await customersChanged(work, changed, { cause: { source: 'IMPORT' } });
  return rows.map(({ id }) => id);
}
