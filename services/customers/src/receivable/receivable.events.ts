import type { Work } from '@crm/kit/record/command';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
  type ReceivableData,
} from '@crm/schemas/events/receivable';
import { ReceivableEntity, type Receivable } from './receivable.fields.ts';

type Changed = Change<Receivable>;

const customerId = (receivable: Receivable): string => receivable.customerId;

export const receivableOpened = (work: Work, rows: readonly Receivable[]): Promise<void> =>
  publishRows(work, { type: ReceivableOpened, rows, customerId, data });

export async function receivablePaid(work: Work, changes: readonly Changed[]): Promise<void> {
  const isSettled = ({ after }: Changed): boolean => Number(after.balance?.amount) === 0;
  await publishChanges(work, {
    type: ReceivableSettled,
    changes: changes.filter(isSettled),
    customerId,
    data: ({ after }) => data(after),
  });
  await publishChanges(work, {
    type: ReceivableChanged,
    changes: changes.filter((change) => !isSettled(change)),
    customerId,
    data: ({ after }) => data(after),
  });
}

export const receivableCancelled = (work: Work, changes: readonly Changed[]): Promise<void> =>
  publishChanges(work, {
    type: ReceivableCancelled,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

/** For what is told of no other change: they belong to another customer now. */
export async function receivableMoved(work: Work, changes: readonly Changed[]): Promise<void> {
  await receivableCancelled(
    work,
    changes.filter(({ after }) => after.isCancelled),
  );
  await receivablePaid(
    work,
    changes.filter(({ after }) => !after.isCancelled),
  );
}

const none = { amount: '0.00', currency: 'CNY' };

const data = ({ orderId, amount, balance, dueOn }: Receivable): ReceivableData => ({
  orderId,
  amount: amount ?? none,
  balance: balance ?? none,
  dueOn,
});

export const receivableSnapshot = snapshotOf({
  entity: ReceivableEntity,
  type: ReceivableOpened,
  customerId,
  data,
  isTold: ({ isCancelled }) => !isCancelled,
});
