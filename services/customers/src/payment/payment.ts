import type { FieldProblem } from '@crm/kit/errors';
import type { Money } from '@crm/kit/record/field';
import { fromCents, subtractAmounts, sumAmounts, toCents } from '../money.ts';
import type { Receivable } from '../receivable/receivable.fields.ts';
import type { Allocation, Payment } from './payment.fields.ts';

type Paid = { readonly customerId: string; readonly amount: Money };

type Owed = Pick<Receivable, 'amount' | 'balance' | 'customerId' | 'id'>;

/** Those that a payment may settle: the customer's, in its currency. */
const payable = ({ customerId, amount }: Paid, open: readonly Owed[]): Owed[] =>
  open.filter(
    (each) => each.customerId === customerId && each.amount?.currency === amount.currency,
  );

/** Spreads a payment over open receivables in their order. What is left over stays unallocated. */
export function allocateOldestFirst(payment: Paid, open: readonly Owed[]): Allocation[] {
  let left = toCents(payment.amount.amount);
  return payable(payment, open).flatMap(({ id, balance }) => {
    const owed = toCents(balance?.amount ?? '0');
    const paid = owed < left ? owed : left;
    left -= paid;
    return paid > 0n ? [{ receivableId: id, amount: fromCents(paid) }] : [];
  });
}

/** What is wrong with allocations that a client names. */
export function allocationProblems(
  payment: Paid,
  allocations: readonly Allocation[],
  open: readonly Owed[],
): FieldProblem[] {
  const { amount } = payment.amount;
  const mayBePaid = payable(payment, open);
  const problems = allocations.flatMap(({ receivableId, amount: part }, at) => {
    const path = `allocations.${at}`;
    const receivable = mayBePaid.find(({ id }) => id === receivableId);
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
  return allocations.length > 0 && toCents(total) > toCents(amount)
    ? [{ path: 'allocations', message: `come to ${total}, which is more than the payment` }]
    : [];
}

/** What is open once allocations have been paid. */
export const afterPaying = (
  open: readonly Receivable[],
  allocations: readonly Allocation[],
): Receivable[] => {
  const paid = new Map(allocations.map(({ receivableId, amount }) => [receivableId, amount]));
  return open.map((each) => {
    const amount = paid.get(each.id);
    return amount === undefined || !each.balance
      ? each
      : {
          ...each,
          balance: { ...each.balance, amount: subtractAmounts(each.balance.amount, amount) },
        };
  });
};

/** Whether a payment is the one that is recorded: it is known by its reference, and never changes. */
export const isSamePayment = (
  recorded: Payment,
  given: Paid & { readonly receivedOn: string },
): boolean =>
  recorded.customerId === given.customerId &&
  recorded.receivedOn === given.receivedOn &&
  recorded.amount?.currency === given.amount.currency &&
  toCents(recorded.amount.amount) === toCents(given.amount.amount);
