import { on, onMany, type Consumer } from '@crm/kit/event/consumer';
import { idToBytes } from '@crm/kit/id';
import { LifecycleSuggested, LifecycleWithdrawn } from '@crm/schemas/events/lifecycle';
import {
  OrderAmended,
  OrderCancelled,
  OrderRecorded,
  type OrderData,
} from '@crm/schemas/events/order';
import { dropIndication, saveIndication } from './indication.repository.ts';

/** Has the rules look at whoever ordered something. */
export const lifecycleConsumer: Consumer = onMany<OrderData>(
  [OrderRecorded, OrderAmended, OrderCancelled],
  async (manager, events) => {
    const ids = [...new Set(events.flatMap(({ customerId }) => customerId ?? []))].toSorted();
    if (ids.length === 0) return;
    await manager.query('INSERT IGNORE INTO lifecycleDue (customerId) VALUES ?', [
      ids.map((id) => [idToBytes(id)]),
    ]);
  },
);

/** Keeps what figures say of a customer's stage, and has the rules look at it. */
export const indicationConsumers: readonly Consumer[] = [
  on(LifecycleSuggested, (manager, { data }) => saveIndication(manager, data)),
  on(LifecycleWithdrawn, (manager, { data }) => dropIndication(manager, data.customerId)),
];
