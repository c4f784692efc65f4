import type { RequestContext } from '@crm/kit/context';
import { forbidden, notFound } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import type { Money } from '@crm/kit/record/field';
import { refused } from '@crm/kit/record/input';
import { loaderBy, type Loader } from '@crm/kit/record/loader';
import { readingOf, scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { Customer } from '../customer/customer.fields.ts';
import { currencyProblems } from '../order/order.ts';
import { CreditAccountEntity, type CreditAccount } from './credit.fields.ts';
import { findAccount, readEvidence } from './credit.repository.ts';
import { judgeCredit, type Judgement } from './credit.ts';

export type CreditCheck = Judgement & {
  readonly amount: Money;
  readonly account: CreditAccount | null;
  readonly openReceivables: Money;
  readonly overdue: Money;
  readonly overdueDays: number;
  readonly unbilledOrders: Money;
  readonly heldOrders: Money;
  readonly heldOrderCount: number;
};

type CheckArgs = { readonly customerId: string; readonly amount: Money };

type Checking = RequestContext & { readonly loaders: { readonly customer: Loader<Customer> } };

/** What would become of an order of this amount now, and why. */
export async function checkCredit(
  { app, viewer, loaders }: Checking,
  { customerId, amount }: CheckArgs,
): Promise<CreditCheck> {
  // Asking for one amount after the other would tell the limit to those who may not read it.
  if (readingOf(viewer, 'CONFIDENTIAL') !== 'read') throw forbidden('You may not check credit');
  const problems = currencyProblems(amount.currency);
  if (problems.length > 0) throw refused(CreditAccountEntity, problems);
  if (!(await loaders.customer.load(customerId))) throw notFound('Customer', customerId);

  const { currency } = amount;
  const place = { customerId, currency };
  const account = await findAccount(app.db.manager, place);
  const evidence = await readEvidence(app.db.manager, { ...place, now: app.now() });
  const { overdueDays, heldOrderCount } = evidence;
  return {
    ...judgeCredit({ account, amount: amount.amount, overdueDays }),
    amount,
    account,
    openReceivables: { amount: evidence.openReceivables, currency },
    overdue: { amount: evidence.overdue, currency },
    overdueDays,
    unbilledOrders: { amount: evidence.unbilledOrders, currency },
    heldOrders: { amount: evidence.heldOrders, currency },
    heldOrderCount,
  };
}

export const creditKey = (customerId: string, currency: string): string =>
  `${customerId} ${currency}`;

/** The accounts of many customers by `creditKey`, in one statement. */
export const creditLoader = ({ app, viewer }: RequestContext): Loader<CreditAccount> =>
  loaderBy(async (keys) => {
    const customerIds = [...new Set(keys.map((key) => key.split(' ', 1)[0] ?? ''))];
    const scope = scopeSql(viewer, 'read', {
      entity: CreditAccountEntity,
      alias: 't',
      now: app.now(),
    });
    const accounts = await selectRows(
      app.db.manager,
      CreditAccountEntity,
      sql`WHERE t.customerId IN (${customerIds.map(idToBytes)}) AND t.deletedAt IS NULL AND ${scope}`,
    );
    return new Map(
      accounts.map((account) => [creditKey(account.customerId, account.currency), account]),
    );
  });
