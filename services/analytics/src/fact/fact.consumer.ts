import { onMany } from '@crm/kit/consumer';
import type { Entity } from '@crm/kit/entity';
import type { EventType, RecordedEvent } from '@crm/kit/event';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
} from '@crm/schemas/events/receivable';
import type { EntityManager } from 'typeorm';
import { saveStates } from '../projection.ts';
import { OrderFact, PaymentFact, ReceivableFact } from './fact.fields.ts';
import { lockFigures, refreshFigures } from './figure.repository.ts';

/** Which events tell which fact. */
const tellers: readonly { readonly fact: Entity; readonly types: readonly EventType[] }[] = [
  { fact: OrderFact, types: [OrderRecorded, OrderAmended, OrderCancelled] },
  { fact: PaymentFact, types: [PaymentReceived] },
  {
    fact: ReceivableFact,
    types: [ReceivableOpened, ReceivableChanged, ReceivableSettled, ReceivableCancelled],
  },
];

/** A cancelled order or receivable is a fact no more. */
const ends: readonly string[] = [OrderCancelled.type, ReceivableCancelled.type];

/** Facts and the figures made of them, together for all the customers of a batch. */
async function saveFacts(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<void> {
  const customerIds = [...new Set(events.flatMap(({ customerId }) => customerId ?? []))];
  await lockFigures(manager, customerIds);
  for (const { fact, types } of tellers) {
    const told = events.filter((event) => types.some(({ type }) => type === event.type));
    await saveStates(
      manager,
      fact,
      told.map((event) => ({
        event,
        values: { ...event.data, customerId: event.customerId },
        isEnded: ends.includes(event.type),
      })),
    );
  }
  await refreshFigures(manager, customerIds);
}

export const factConsumer = onMany(
  tellers.flatMap(({ types }) => types),
  saveFacts,
);
