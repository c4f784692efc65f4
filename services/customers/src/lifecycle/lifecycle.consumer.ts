import { onMany, type Consumer } from '@crm/kit/event/consumer';
import { idToBytes } from '@crm/kit/id';
import {
  OrderAmended,
  OrderCancelled,
  OrderRecorded,
  type OrderData,
} from '@crm/schemas/events/order';

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
