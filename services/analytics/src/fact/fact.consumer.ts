import { onMany } from '@crm/kit/event/consumer';
import type { Entity } from '@crm/kit/record/entity';
import type { EventType, RecordedEvent } from '@crm/kit/event/event';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
} from '@crm/schemas/events/interaction';
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
import { InteractionFact, OrderFact, PaymentFact, ReceivableFact } from './fact.fields.ts';
import { lockFigures, refreshFigures } from './figure.repository.ts';

/** Which events tell which fact. */
const tellers: readonly { readonly fact: Entity; readonly types: readonly EventType[] }[] = [
  { fact: OrderFact, types: [OrderRecorded, OrderAmended, OrderCancelled] },
  { fact: PaymentFact, types: [PaymentReceived] },
  {
    fact: ReceivableFact,
    types: [ReceivableOpened, ReceivableChanged, ReceivableSettled, ReceivableCancelled],
  },
  { fact: InteractionFact, types: [InteractionLogged, InteractionAmended, InteractionRemoved] },
];

/** What was cancelled or removed is a fact no more. */
const ends: readonly string[] = [
  OrderCancelled.type,
  ReceivableCancelled.type,
  InteractionRemoved.type,
];

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
        values: valuesOf(event),
        isEnded: ends.includes(event.type),
      })),
    );
  }
  await refreshFigures(manager, customerIds);
}

/** Null for an event that tells nothing but an end. */
function valuesOf({ data, customerId }: RecordedEvent<object>): object | null {
  if (Object.keys(data).length === 0) return null;
  return 'staffIds' in data && Array.isArray(data.staffIds)
    ? { ...data, customerId, staffId: data.staffIds[0] ?? null }
    : { ...data, customerId };
}

export const factConsumer = onMany(
  tellers.flatMap(({ types }) => types),
  saveFacts,
);
