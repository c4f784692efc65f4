import { idToBytes } from '@crm/kit/id';
import { companyDate } from '@crm/kit/record/criteria';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { CreditAccountEntity, type CreditAccount } from './credit.fields.ts';

/** Locks the accounts of customers, in the order of their ids so that two calls never deadlock. */
export const lockAccounts = async (
  manager: EntityManager,
  customerIds: readonly string[],
): Promise<CreditAccount[]> =>
  customerIds.length === 0
    ? []
    : selectRows(
        manager,
        CreditAccountEntity,
        sql`WHERE t.customerId IN (${customerIds.map(idToBytes)}) AND t.deletedAt IS NULL
          ORDER BY t.id FOR UPDATE`,
      );

type Place = { readonly customerId: string; readonly currency: string };

export async function lockAccount(
  manager: EntityManager,
  { customerId, currency }: Place,
): Promise<CreditAccount | null> {
  const accounts = await lockAccounts(manager, [customerId]);
  return accounts.find((account) => account.currency === currency) ?? null;
}

export async function findAccount(
  manager: EntityManager,
  { customerId, currency }: Place,
): Promise<CreditAccount | null> {
  const [account] = await selectRows(
    manager,
    CreditAccountEntity,
    sql`WHERE t.customerId = ${idToBytes(customerId)} AND t.currency = ${currency}
      AND t.deletedAt IS NULL`,
  );
  return account ?? null;
}

/** What a customer owes in one currency, and is going to. */
export type CreditEvidence = {
  readonly openReceivables: string;
  readonly overdue: string;
  /** Of what is overdue longest. */
  readonly overdueDays: number;
  /** Orders that no receivable stands for yet. */
  readonly unbilledOrders: string;
  readonly heldOrders: string;
  readonly heldOrderCount: number;
};

type Owed = Pick<CreditEvidence, 'openReceivables' | 'overdue' | 'overdueDays'>;
type Ordered = Omit<CreditEvidence, keyof Owed>;

export async function readEvidence(
  manager: EntityManager,
  place: Place & { readonly now: Date },
): Promise<CreditEvidence> {
  const customerId = idToBytes(place.customerId);
  const { text, values } = sql`SELECT COALESCE(SUM(t.amountAmount * t.isHeld), 0.00) AS heldOrders,
      CAST(COALESCE(SUM(t.isHeld), 0) AS SIGNED) AS heldOrderCount,
      COALESCE(SUM(IF(t.isHeld = 0 AND t.dueOn IS NULL AND t.status IN ('PLACED', 'DELIVERED'),
        t.amountAmount, 0)), 0.00) AS unbilledOrders
    FROM salesOrder t WHERE t.customerId = ${customerId} AND t.amountCurrency = ${place.currency}
      AND t.status <> 'CANCELLED' AND t.deletedAt IS NULL`;
  const [ordered]: Ordered[] = await manager.query(text, [...values]);
  const owed = await readOwed(manager, place);
  if (!ordered) throw new Error('A sum has one row');
  return { ...owed, ...ordered };
}

/** What is owed by receivables alone, which is all that a hold rule asks for. */
export async function readOwed(
  manager: EntityManager,
  { customerId, currency, now }: Place & { readonly now: Date },
): Promise<Owed> {
  const today = companyDate(now);
  const { text, values } = sql`SELECT COALESCE(SUM(t.balanceAmount), 0.00) AS openReceivables,
      COALESCE(SUM(IF(t.dueOn < ${today}, t.balanceAmount, 0)), 0.00) AS overdue,
      COALESCE(DATEDIFF(${today}, MIN(t.dueOn)), 0) AS overdueDays
    FROM receivable t WHERE t.customerId = ${idToBytes(customerId)}
      AND t.amountCurrency = ${currency} AND t.balanceAmount > 0 AND t.isCancelled = 0
      AND t.deletedAt IS NULL`;
  const [owed]: Owed[] = await manager.query(text, [...values]);
  if (!owed) throw new Error('A sum has one row');
  return { ...owed, overdueDays: Math.max(0, owed.overdueDays) };
}
