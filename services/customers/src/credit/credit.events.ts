import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import {
  CreditExceeded,
  CreditExposureChanged,
  CreditHeld,
  CreditLimitChanged,
  CreditReleased,
  type CreditData,
} from '@crm/schemas/events/credit';
import type { CreditAccount } from './credit.fields.ts';

const customerId = (account: CreditAccount): string => account.customerId;

const data = ({ currency, isOnHold }: CreditAccount): CreditData => ({ currency, isOnHold });

/** A limit was set for the first time. */
export const creditGranted = (work: Work, account: CreditAccount): Promise<void> =>
  publishRows(work, { type: CreditLimitChanged, rows: [account], customerId, data });

const changed =
  (type: EventType<CreditData>) =>
  (work: Work, changes: readonly Change<CreditAccount>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

export const creditLimitChanged = changed(CreditLimitChanged);
export const creditHeld = changed(CreditHeld);
export const creditReleased = changed(CreditReleased);
export const exposureChanged = changed(CreditExposureChanged);
export const creditExceeded = changed(CreditExceeded);
