import type { FieldProblem } from '@crm/kit/errors';
import { fromCents, sumAmounts, toCents } from '../money.ts';
import type { Receivable } from '../receivable/receivable.fields.ts';
import type { Allocation } from './payment.fields.ts';

type Owed = Pick<Receivable, 'balance' | 'id'>;

/** Spreads a payment over open receivables in their order. What is left over stays unallocated. */
export function allocateOldestFirst(amount: string, open: readonly Owed[]): Allocation[] {
  let left = toCents(amount);
  return open.flatMap(({ id, balance }) => {
    const owed = toCents(balance?.amount ?? '0');
    const paid = owed < left ? owed : left;
    left -= paid;
    return paid > 0n ? [{ receivableId: id, amount: fromCents(paid) }] : [];
  });
}

/** What is wrong with allocations that a client names. */
export function allocationProblems(
  amount: string,
  allocations: readonly Allocation[],
  open: readonly Owed[],
): FieldProblem[] {
  const problems = allocations.flatMap(({ receivableId, amount: part }, at) => {
    const path = `allocations.${at}`;
    const receivable = open.find(({ id }) => id === receivableId);
    if (!receivable) {
      return [{ path, message: 'is no open receivable of this customer in this currency' }];
    }
    const owed = receivable.balance?.amount ?? '0';
    const isInBounds =
      /^\d+(\.\d{1,2})?$/.test(part) && toCents(part) > 0n && toCents(part) <= toCents(owed);
    return isInBounds
      ? []
      : [{ path: `${path}.amount`, message: `must be above 0 and at most ${owed}` }];
  });
  const named = allocations.map(({ receivableId }) => receivableId);
  if (new Set(named).size !== named.length) {
    return [{ path: 'allocations', message: 'names a receivable twice' }];
  }
  if (problems.length > 0) return problems;
  const total = sumAmounts(allocations.map((each) => each.amount));
  return toCents(total) > toCents(amount)
    ? [{ path: 'allocations', message: `come to ${total}, which is more than the payment` }]
    : [];
}
