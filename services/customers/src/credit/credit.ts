import type { FieldProblem } from '@crm/kit/errors';
import { fromCents, toCents } from '../money.ts';
import type { SalesOrder } from '../order/order.fields.ts';
import type { Payment } from '../payment/payment.fields.ts';
import type { Receivable } from '../receivable/receivable.fields.ts';
import type { CreditAccount, CreditEvent } from './credit.fields.ts';

export type CreditVerdict = 'ALLOWED' | 'HELD' | 'REFUSED';
export type CreditReason = 'NO_ACCOUNT' | 'ON_HOLD' | 'OVERDUE' | 'OVER_LIMIT';

export type Judgement = {
  readonly verdict: CreditVerdict;
  readonly reasons: readonly CreditReason[];
};

type Terms = Pick<CreditAccount, 'exposure' | 'isOnHold' | 'limit' | 'overdueDaysMax'>;

type Asked = {
  /** Null when the customer has no account in the currency: nothing limits it then. */
  readonly account: Terms | null;
  readonly amount: string;
  /** Of what the customer has owed longest. */
  readonly overdueDays: number;
};

/**
 * What becomes of an order: a hold of the account refuses it, and one that goes above the limit, or
 * of a customer who owes for too long, is recorded but waits for its release.
 */
export function judgeCredit({ account, amount, overdueDays }: Asked): Judgement {
  if (account === null) return { verdict: 'ALLOWED', reasons: ['NO_ACCOUNT'] };
  if (account.isOnHold) return { verdict: 'REFUSED', reasons: ['ON_HOLD'] };
  const { overdueDaysMax } = account;
  const reasons: CreditReason[] = [];
  if (isOverLimit(account, toCents(amount))) reasons.push('OVER_LIMIT');
  if (overdueDaysMax !== null && overdueDays > overdueDaysMax) reasons.push('OVERDUE');
  return { verdict: reasons.length > 0 ? 'HELD' : 'ALLOWED', reasons };
}

const isOverLimit = (
  { limit, exposure }: Pick<Terms, 'exposure' | 'limit'>,
  more: bigint,
): boolean => centsOf(exposure) + more > centsOf(limit);

const centsOf = (money: { readonly amount: string } | null): bigint =>
  toCents(money?.amount ?? '0');

/** Why an order waits, in words that tell nothing confidential. */
export const holdReasonOf = (reasons: readonly CreditReason[]): string =>
  reasons
    .map((reason) => (reason === 'OVERDUE' ? 'overdue receivables' : 'credit limit'))
    .join(', ');

/** A change of what a customer owes or is going to. */
export type Movement = {
  readonly customerId: string;
  readonly currency: string;
  /** What the exposure grows by; less than 0 when it shrinks, 0 for what is only noted down. */
  readonly cents: bigint;
  /** What it is about, where that is not what the exposure grows by. */
  readonly about?: bigint;
  readonly kind: CreditEvent['kind'];
  readonly orderId?: string | null;
  readonly paymentId?: string | null;
  readonly receivableId?: string | null;
  readonly daysLate?: number | null;
  readonly reason?: string | null;
};

type Owing = Pick<
  SalesOrder,
  'amount' | 'customerId' | 'dueOn' | 'holdReason' | 'id' | 'isHeld' | 'status'
>;

const isWaitingForBill = ({ isHeld, status, dueOn }: Owing): boolean =>
  !isHeld && dueOn === null && (status === 'PLACED' || status === 'DELIVERED');

/** What an order without a receivable stands for. */
const unbilledCents = (order: Owing): bigint =>
  isWaitingForBill(order) ? centsOf(order.amount) : 0n;

/** Whether what an order comes to is owed on a day. */
export const opensReceivable = ({ isHeld, status, dueOn }: Owing): boolean =>
  !isHeld && dueOn !== null && status !== 'CANCELLED';

/** What orders that were just recorded use of the credit. Of a held one it is only noted. */
export const movementsOfOrders = (orders: readonly Owing[]): Movement[] =>
  orders.flatMap((order): Movement[] => {
    if (!order.isHeld) return used(order, centsOfNew(order));
    const { amount, holdReason: reason } = order;
    return [{ ...ofOrder(order), kind: 'HELD', cents: 0n, about: centsOf(amount), reason }];
  });

const centsOfNew = (order: Owing): bigint =>
  opensReceivable(order) ? centsOf(order.amount) : unbilledCents(order);

const ofOrder = ({
  id,
  customerId,
  amount,
}: Owing): Pick<Movement, 'currency' | 'customerId' | 'orderId'> => ({
  orderId: id,
  customerId,
  currency: amount?.currency ?? 'CNY',
});

/** What an amended order uses more or less than before. Receivables stay as they were opened. */
export function movementsOfAmendment(before: Owing, after: Owing): Movement[] {
  const [less, more] = [unbilledCents(before), unbilledCents(after)];
  if (isMoved(before, after)) return [...freed(before, less), ...used(after, more)];
  return more > less ? used(after, more - less) : freed(after, less - more);
}

const isMoved = (before: Owing, after: Owing): boolean =>
  before.customerId !== after.customerId || before.amount?.currency !== after.amount?.currency;

const used = (order: Owing, cents: bigint): Movement[] =>
  cents === 0n ? [] : [{ ...ofOrder(order), kind: 'USED', cents }];

const freed = (order: Owing, cents: bigint): Movement[] =>
  cents === 0n ? [] : [{ ...ofOrder(order), kind: 'FREED', cents: -cents }];

/** A held order that goes on uses the credit after all. */
export const movementsOfRelease = (order: Owing, reason: string): Movement[] => [
  { ...ofOrder(order), kind: 'RELEASED', cents: centsOfNew(order), reason },
];

type Cancelled = { readonly receivables: readonly Receivable[]; readonly reason: string };

/** What a cancelled order no longer uses. */
export function movementsOfCancelling(
  order: Owing,
  { receivables, reason }: Cancelled,
): Movement[] {
  const owed = receivables.reduce((total, { balance }) => total + centsOf(balance), 0n);
  return freed(order, owed + unbilledCents(order)).map((each) => ({ ...each, reason }));
}

type Paid = {
  readonly payments: readonly Pick<
    Payment,
    'allocations' | 'amount' | 'customerId' | 'id' | 'receivedOn'
  >[];
  readonly receivables: readonly Pick<Receivable, 'dueOn' | 'id' | 'orderId'>[];
};

/** What payments take off the exposure: one movement for each receivable that they settle. */
export const movementsOfPayments = ({ payments, receivables }: Paid): Movement[] =>
  payments.flatMap(({ id: paymentId, customerId, amount, receivedOn, allocations }) =>
    (allocations ?? []).flatMap(({ receivableId, amount: paid }): Movement[] => {
      const receivable = receivables.find(({ id }) => id === receivableId);
      if (!receivable) return [];
      const daysLate = Math.max(0, daysBetween(receivable.dueOn, receivedOn));
      return [
        {
          customerId,
          currency: amount?.currency ?? 'CNY',
          kind: daysLate > 0 ? 'PAID_LATE' : 'PAID_ON_TIME',
          cents: -toCents(paid),
          daysLate,
          paymentId,
          receivableId,
          orderId: receivable.orderId,
        },
      ];
    }),
  );

const dayMs = 86_400_000;

/** Negative when `to` comes first. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

export type Applied = {
  readonly movement: Movement;
  readonly amount: string;
  /** Once it was applied. */
  readonly exposure: string;
};

/** Applies movements to an exposure in their order. It never falls below nothing. */
export function applyMovements(exposure: string, movements: readonly Movement[]): Applied[] {
  let cents = toCents(exposure);
  return movements.map((movement) => {
    const moved = cents + movement.cents;
    cents = moved < 0n ? 0n : moved;
    const about = movement.about ?? movement.cents;
    return {
      movement,
      amount: fromCents(about < 0n ? -about : about),
      exposure: fromCents(cents),
    };
  });
}

/** Whether more was used than the account allows: an import is never blocked, but it is told. */
export const isExceeded = (account: Terms, movements: readonly Movement[]): boolean =>
  movements.some(({ cents }) => cents > 0n) && (account.isOnHold || isOverLimit(account, 0n));

const termDaysMax = 3650;

/** What is wrong with the terms of an account. */
export const creditProblems = ({
  limit,
  paymentTermDays,
  overdueDaysMax,
}: Pick<CreditAccount, 'limit' | 'overdueDaysMax' | 'paymentTermDays'>): FieldProblem[] => [
  ...(centsOf(limit) < 0n ? [{ path: 'limit.amount', message: 'must not be negative' }] : []),
  ...daysProblems('paymentTermDays', paymentTermDays),
  ...daysProblems('overdueDaysMax', overdueDaysMax),
];

const daysProblems = (path: string, days: number | null): FieldProblem[] =>
  days === null || (days >= 0 && days <= termDaysMax)
    ? []
    : [{ path, message: `must be from 0 to ${termDaysMax}` }];

/** The day on which an order of that day is to be paid. */
export const dueDay = (orderedOn: string, termDays: number): string =>
  new Date(Date.parse(orderedOn) + termDays * dayMs).toISOString().slice(0, 10);
