import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { saveDuplicateKeys } from '../duplicate/duplicate.repository.ts';
import { saveTransitions, type Cause } from '../lifecycle/lifecycle.repository.ts';
import { saveTerms, type Why } from '../ownership/ownership.repository.ts';
import { customerChanged, customerCreated } from './customer.events.ts';
import type { Customer } from './customer.fields.ts';

/** How customers came to another owner and another stage, where it was no plain change. */
type How = { readonly why?: Why; readonly cause?: Cause };

/** What follows when customers were created, whoever did it. */
export async function customersCreated(
  work: Work,
  created: readonly Customer[],
  how: How = {},
): Promise<void> {
  await saveDuplicateKeys(work.manager, { created });
  await saveTerms(work, { created });
  await saveTransitions(work, { created, ...how });
  await customerCreated(work, created);
}

/** What follows when customers were changed. */
export async function customersChanged(
  work: Work,
  changed: readonly Change<Customer>[],
  how: How = {},
): Promise<void> {
  await saveDuplicateKeys(work.manager, { changed });
  await saveTerms(work, { changed, ...how });
  await saveTransitions(work, { changed, ...how });
  await customerChanged(work, changed);
}
