import type { RequestContext } from '@crm/kit/context';
import { forbidden, ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { rowWith } from '@crm/kit/record/entity';
import type { Money } from '@crm/kit/record/field';
import { refused } from '@crm/kit/record/input';
import { allow, readingOf } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  newRow,
  writeChange,
  writeChanges,
  type Change,
  type Rules,
} from '@crm/kit/record/record';
import { insertRows } from '@crm/kit/record/store';
import { lengthOf } from '@crm/kit/text';
import { lockCustomer } from '../merge/current-customer.ts';
import { sumAmounts, toCents } from '../money.ts';
import { currencyProblems } from '../order/order.ts';
import {
  creditExceeded,
  creditGranted,
  creditHeld,
  creditLimitChanged,
  creditReleased,
  exposureChanged,
} from './credit.events.ts';
import {
  CreditAccountEntity,
  CreditEventEntity,
  type CreditAccount,
  type CreditEvent,
} from './credit.fields.ts';
import { lockAccount, lockAccounts, readEvidence, readOwed } from './credit.repository.ts';
import {
  applyMovements,
  creditProblems,
  isExceeded,
  judgeCredit,
  type Applied,
  type Judgement,
  type Movement,
} from './credit.ts';

type Repeatable = { readonly clientMutationId?: string | null };

const memory = rowMemory(CreditAccountEntity);

/** Who may read what credit is about, and write, decides about it. */
export function allowCredit(work: Pick<Work, 'viewer'>): void {
  allow(work.viewer, 'write', 'credit');
  if (readingOf(work.viewer, 'CONFIDENTIAL') !== 'read')
    throw forbidden('You may not grant credit');
}

type LimitInput = Repeatable & {
  readonly customerId: string;
  readonly limit: Money;
  readonly paymentTermDays?: number | null;
  readonly overdueDaysMax?: number | null;
  readonly reason: string;
  readonly expectedVersion?: number | null;
};

/** Opens the account of a customer in the limit's currency, or changes its terms. */
export const setCreditLimit = (
  context: RequestContext,
  input: LimitInput,
): Promise<CreditAccount> =>
  runCommand(context, { name: 'setCreditLimit', input, memory }, async (work) => {
    allowCredit(work);
    const { id: customerId } = await lockCustomer(work, input.customerId);
    const problems = [...currencyProblems(input.limit.currency), ...reasonProblems(input.reason)];
    if (problems.length > 0) throw refused(CreditAccountEntity, problems);
    const place = { customerId, currency: input.limit.currency };
    const before = await lockAccount(work.manager, place);
    const account = before
      ? await changeTerms(work, before, input)
      : await openAccount(work, place, input);
    const amount = account.limit?.amount ?? '0.00';
    await addEvents(work, [[account, { kind: 'LIMIT_SET', amount, reason: input.reason }]]);
    return memory.recall(work.manager, account.id);
  });

const termsOf = ({ limit, paymentTermDays, overdueDaysMax }: LimitInput): object => ({
  limit: { amount: limit.amount },
  ...(paymentTermDays !== undefined && { paymentTermDays }),
  ...(overdueDaysMax !== undefined && { overdueDaysMax }),
});

type Place = Pick<CreditAccount, 'currency' | 'customerId'>;

async function openAccount(work: Work, place: Place, input: LimitInput): Promise<CreditAccount> {
  const evidence = await readEvidence(work.manager, { ...place, now: work.now });
  const exposure = sumAmounts([evidence.openReceivables, evidence.unbilledOrders]);
  const rules: Rules<CreditAccount> = {
    derive: () => ({ 'exposure.amount': exposure, isOnHold: false }),
    check: creditProblems,
  };
  const account = await createRecord(work, CreditAccountEntity, {
    input: { ...place, ...termsOf(input) },
    rules,
  });
  await creditGranted(work, account);
  return account;
}

async function changeTerms(
  work: Work,
  { id }: CreditAccount,
  input: LimitInput,
): Promise<CreditAccount> {
  const change = await changeRecord(work, CreditAccountEntity, {
    id,
    expectedVersion: input.expectedVersion ?? null,
    input: termsOf(input),
    rules: { check: creditProblems },
  });
  await creditLimitChanged(work, [change]);
  return change.after;
}

type HoldInput = Repeatable & {
  readonly customerId: string;
  readonly currency: string;
  readonly reason: string;
};

/** Has every order of the customer in this currency refused until the account is released. */
export const placeCreditHold = (
  context: RequestContext,
  input: HoldInput,
): Promise<CreditAccount> =>
  runCommand(context, { name: 'placeCreditHold', input, memory }, async (work) => {
    const change = await changeHold(work, input, true);
    await creditHeld(work, [change]);
    return memory.recall(work.manager, change.after.id);
  });

export const releaseCreditHold = (
  context: RequestContext,
  input: HoldInput,
): Promise<CreditAccount> =>
  runCommand(context, { name: 'releaseCreditHold', input, memory }, async (work) => {
    const change = await changeHold(work, input, false);
    await creditReleased(work, [change]);
    return memory.recall(work.manager, change.after.id);
  });

async function changeHold(
  work: Work,
  { customerId, currency, reason }: HoldInput,
  isOnHold: boolean,
): Promise<Change<CreditAccount>> {
  allowCredit(work);
  const customer = await lockCustomer(work, customerId);
  const problems = reasonProblems(reason);
  if (problems.length > 0) throw refused(CreditAccountEntity, problems);
  const before = await lockAccount(work.manager, { customerId: customer.id, currency });
  if (!before) throw ruleViolation(`There is no credit account in ${currency}`);
  if (before.isOnHold === isOnHold) {
    throw ruleViolation(isOnHold ? 'The account is on hold already' : 'The account is not on hold');
  }
  const change = await writeChange(work, CreditAccountEntity, {
    before,
    changes: {
      isOnHold: { from: before.isOnHold, to: isOnHold },
      holdReason: { from: before.holdReason, to: isOnHold ? reason : null },
      heldAt: { from: before.heldAt, to: isOnHold ? work.now : null },
    },
  });
  await addEvents(work, [[before, { kind: isOnHold ? 'HELD' : 'RELEASED', reason }]]);
  return change;
}

const reasonMax = 1000;

/** Decisions about credit are explained: whoever reads the record must understand them. */
export const reasonProblems = (
  reason: string,
): readonly { readonly path: string; readonly message: string }[] => {
  if (reason.trim() === '') return [{ path: 'reason', message: 'is required' }];
  return lengthOf(reason) > reasonMax
    ? [{ path: 'reason', message: `may have at most ${reasonMax} characters` }]
    : [];
};

type Judged = Judgement & {
  /** How long the customer has to pay, where that is agreed. */
  readonly paymentTermDays: number | null;
};

/** Locks the account that an order counts against, and says what becomes of the order. */
export async function judgeOrder(
  { manager, now }: Work,
  { customerId, amount }: { readonly customerId: string; readonly amount: Money },
): Promise<Judged> {
  const place = { customerId, currency: amount.currency };
  const account = await lockAccount(manager, place);
  const isDateAsked = (account?.overdueDaysMax ?? null) !== null;
  const { overdueDays } = isDateAsked
    ? await readOwed(manager, { ...place, now })
    : { overdueDays: 0 };
  const judgement = judgeCredit({ account, amount: amount.amount, overdueDays });
  if (judgement.verdict === 'REFUSED') {
    throw ruleViolation('The customer is on credit hold: orders are taken once it is released');
  }
  return { ...judgement, paymentTermDays: account?.paymentTermDays ?? null };
}

/** Moves the exposure of the accounts that are concerned, in the transaction of what moved it. */
export async function moveExposure(work: Work, movements: readonly Movement[]): Promise<void> {
  const customerIds = [...new Set(movements.map(({ customerId }) => customerId))];
  const accounts = await lockAccounts(work.manager, customerIds);
  const moved = accounts.flatMap((account) => {
    const own = movements.filter((each) => isOf(account, each));
    const applied = applyMovements(account.exposure?.amount ?? '0.00', own);
    return own.length === 0 ? [] : [{ account, own, applied }];
  });
  await addEvents(
    work,
    moved.flatMap(({ account, applied }) =>
      applied.map((each) => [account, eventOf(each)] as const),
    ),
  );
  const changes = await writeChanges(
    work,
    CreditAccountEntity,
    moved.map(({ account, applied }) => ({
      before: account,
      changes: exposureChange(account, applied),
    })),
  );
  const exceeded = new Set(
    moved
      .filter(({ account, own, applied }) => isExceeded(afterwards(account, applied), own))
      .map(({ account }) => account.id),
  );
  await exposureChanged(
    work,
    changes.filter(({ after }) => !exceeded.has(after.id)),
  );
  await creditExceeded(
    work,
    changes.filter(({ after }) => exceeded.has(after.id)),
  );
}

/** Brings the exposure of customers' accounts to what their orders and receivables come to now. */
export async function settleExposure(
  work: Work,
  customerIds: readonly string[],
  reason: string,
): Promise<void> {
  const movements: Movement[] = [];
  for (const account of await lockAccounts(work.manager, customerIds)) {
    const { customerId, currency, exposure } = account;
    const evidence = await readEvidence(work.manager, { customerId, currency, now: work.now });
    const due = sumAmounts([evidence.openReceivables, evidence.unbilledOrders]);
    const cents = toCents(due) - toCents(exposure?.amount ?? '0');
    if (cents === 0n) continue;
    movements.push({ customerId, currency, cents, kind: cents > 0n ? 'USED' : 'FREED', reason });
  }
  if (movements.length > 0) await moveExposure(work, movements);
}

const isOf = ({ customerId, currency }: Place, movement: Movement): boolean =>
  movement.customerId === customerId && movement.currency === currency;

const lastExposure = ({ exposure }: CreditAccount, applied: readonly Applied[]): string =>
  applied.at(-1)?.exposure ?? exposure?.amount ?? '0.00';

const afterwards = (account: CreditAccount, applied: readonly Applied[]): CreditAccount =>
  rowWith(CreditAccountEntity, account, { 'exposure.amount': lastExposure(account, applied) });

function exposureChange(
  account: CreditAccount,
  applied: readonly Applied[],
): Change<CreditAccount>['changes'] {
  const from = account.exposure?.amount ?? '0.00';
  const to = lastExposure(account, applied);
  return from === to ? {} : { 'exposure.amount': { from, to } };
}

/** A line of the record. Without an exposure it stands at the one that the account has. */
type Note = Pick<CreditEvent, 'kind'> &
  Partial<Pick<CreditEvent, 'daysLate' | 'orderId' | 'paymentId' | 'reason' | 'receivableId'>> & {
    readonly amount?: string;
    readonly exposure?: string;
  };

const eventOf = ({ movement, amount, exposure }: Applied): Note => ({
  kind: movement.kind,
  amount,
  exposure,
  daysLate: movement.daysLate ?? null,
  orderId: movement.orderId ?? null,
  paymentId: movement.paymentId ?? null,
  receivableId: movement.receivableId ?? null,
  reason: movement.reason ?? null,
});

/** Adds to the record of accounts. */
const addEvents = (
  work: Work,
  events: readonly (readonly [account: CreditAccount, note: Note])[],
): Promise<void> =>
  insertRows(
    work.manager,
    CreditEventEntity,
    events.map(([account, { amount, exposure, ...note }]) =>
      newRow(work, CreditEventEntity, {
        values: new Map<string, unknown>([
          ...Object.entries(note),
          ['accountId', account.id],
          ['customerId', account.customerId],
          ['currency', account.currency],
          ['amount.amount', amount ?? null],
          ['exposure.amount', exposure ?? account.exposure?.amount ?? '0.00'],
        ]),
        rules: {},
      }),
    ),
  );
