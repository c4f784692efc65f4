import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { newRow, type Change } from '@crm/kit/record/record';
import { insertRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { Customer } from '../customer/customer.fields.ts';
import { OwnershipTermEntity, type OwnershipKind, type OwnershipTerm } from './ownership.fields.ts';

export type Why = { readonly kind: OwnershipKind; readonly reason: string | null };

type Saved = {
  readonly created?: readonly Customer[];
  readonly changed?: readonly Change<Customer>[];
  /** How owners changed; what a record itself says is enough for a plain change. */
  readonly why?: Why;
};

/** Ends the terms of those who have lost customers, and begins those of their new owners. */
export async function saveTerms(
  work: Work,
  { created = [], changed = [], why }: Saved,
): Promise<void> {
  const moved = changed
    .filter(({ before, after }) => before.ownerId !== after.ownerId)
    .map(({ after }) => after);
  await endTerms(work, moved);
  await insertRows(work.manager, OwnershipTermEntity, [
    ...created.map((customer) => termOf(work, customer, { kind: 'CREATED', reason: null })),
    ...moved.map((customer) => termOf(work, customer, why ?? { kind: 'CHANGED', reason: null })),
  ]);
}

async function endTerms({ manager, now }: Work, customers: readonly Customer[]): Promise<void> {
  if (customers.length === 0) return;
  const { text, values } = sql`UPDATE ownershipTerm
    SET endedAt = ${now}, version = version + 1, updatedAt = ${now}
    WHERE isCurrent = 1 AND customerId IN (${customers.map(({ id }) => idToBytes(id))})`;
  await manager.query(text, [...values]);
}

const termOf = (work: Work, customer: Customer, { kind, reason }: Why): OwnershipTerm =>
  newRow(work, OwnershipTermEntity, {
    values: new Map<string, unknown>([
      ['customerId', customer.id],
      ['ownerId', customer.ownerId],
      ['teamId', customer.teamId],
      ['startedAt', work.now],
      ['kind', kind],
      ['reason', reason],
    ]),
    rules: {},
  });
