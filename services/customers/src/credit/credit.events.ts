import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Money } from '@crm/kit/record/field';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CreditExceeded,
  CreditExposureChanged,
  CreditHeld,
  CreditLimitChanged,
  CreditParticularsChanged,
  CreditReleased,
  type CreditData,
  type CreditParticulars,
} from '@crm/schemas/events/credit';
import { CreditAccountEntity, type CreditAccount } from './credit.fields.ts';

const customerId = (account: CreditAccount): string => account.customerId;

const data = ({ currency, isOnHold }: CreditAccount): CreditData => ({ currency, isOnHold });

const particulars = (account: CreditAccount): CreditParticulars => ({
  ...data(account),
  limit: money(account, account.limit),
  exposure: money(account, account.exposure),
  paymentTermDays: account.paymentTermDays,
});

/** An account has one currency for all its amounts, and may hold none yet. */
const money = ({ currency }: CreditAccount, given: CreditAccount['limit']): Money => ({
  amount: given?.amount ?? '0.00',
  currency,
});

/** A limit was set for the first time. */
export async function creditGranted(work: Work, account: CreditAccount): Promise<void> {
  const rows = [account];
  await publishRows(work, { type: CreditLimitChanged, rows, customerId, data });
  const type = CreditParticularsChanged;
  await publishRows(work, { type, rows, customerId, data: particulars });
}

const changed =
  (type: EventType<CreditData>) =>
  async (work: Work, changes: readonly Change<CreditAccount>[]): Promise<void> => {
    await publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });
    await publishChanges(work, {
      type: CreditParticularsChanged,
      changes,
      customerId,
      data: ({ after }) => particulars(after),
    });
  };

export const creditLimitChanged = changed(CreditLimitChanged);
export const creditHeld = changed(CreditHeld);
export const creditReleased = changed(CreditReleased);
export const exposureChanged = changed(CreditExposureChanged);
export const creditExceeded = changed(CreditExceeded);

export const creditSnapshot = snapshotOf({
  entity: CreditAccountEntity,
  type: CreditParticularsChanged,
  customerId,
  data: particulars,
});
