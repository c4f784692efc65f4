import { publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import { DeliveryUpdated, type DeliveryData } from '@crm/schemas/events/delivery';
import type { Delivery } from './delivery.fields.ts';

const data = (delivery: Delivery): DeliveryData => ({
  taskId: delivery.taskId,
  personId: delivery.personId,
  channel: delivery.channel,
  status: delivery.status,
  reason: delivery.reason,
});

/** Tells how far deliveries have come. */
export const tellDeliveries = (work: Work, rows: readonly Delivery[]): Promise<void> =>
  publishRows(work, {
    type: DeliveryUpdated,
    rows,
    customerId: ({ customerId }) => customerId,
    data,
  });
