import type { Mergeable } from '@crm/kit/projection/survivor';

/** Which person has become which: people that were merged, and placeholders that were identified. */
export const mergedPeople: Mergeable = { name: 'Person', table: 'mergedPerson' };
