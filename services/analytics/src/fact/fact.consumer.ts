import { onMany } from '@crm/kit/event/consumer';
import { valueAt, type Entity } from '@crm/kit/record/entity';
import { findByIds } from '@crm/kit/record/store';
import { asText } from '@crm/kit/text';
import type { EventType, RecordedEvent } from '@crm/kit/event/event';
import {
  InteractionAmended,
  InteractionLogged,
  InteractionRemoved,
} from '@crm/schemas/events/interaction';
import { OrderAmended, OrderCancelled, OrderRecorded } from '@crm/schemas/events/order';
import { PaymentAmended, PaymentReceived } from '@crm/schemas/events/payment';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
} from '@crm/schemas/events/receivable';
import type { EntityManager } from 'typeorm';
import { saveStates } from '../projection.ts';
import { markDirty, subjectsOf, type DirtySubject } from '../run/dirty.repository.ts';
import { InteractionFact, OrderFact, PaymentFact, ReceivableFact } from './fact.fields.ts';
import { lockFigures, refreshFigures } from './figure.repository.ts';

/** Which events tell which fact. */
const tellers: readonly {
  readonly kind: string;
  readonly fact: Entity;
  readonly types: readonly EventType[];
}[] = [
  { kind: 'ORDER', fact: OrderFact, types: [OrderRecorded, OrderAmended, OrderCancelled] },
  { kind: 'PAYMENT', fact: PaymentFact, types: [PaymentReceived, PaymentAmended] },
  {
    kind: 'RECEIVABLE',
    fact: ReceivableFact,
    types: [ReceivableOpened, ReceivableChanged, ReceivableSettled, ReceivableCancelled],
  },
  {
    kind: 'INTERACTION',
    fact: InteractionFact,
    types: [InteractionLogged, InteractionAmended, InteractionRemoved],
  },
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
  const former = await formerCustomers(manager, events);
  const customerIds = [
    ...new Set([...former, ...events.flatMap(({ customerId }) => customerId ?? [])]),
  ];
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
  await markDirty(manager, dirtyOf(events, former));
}

/** Whoever the facts tell of, and told of before. */
const dirtyOf = (
  events: readonly RecordedEvent<object>[],
  former: readonly string[],
): DirtySubject[] =>
  tellers.flatMap(({ kind, fact, types }) => {
    const told = events.filter((event) => types.some(({ type }) => type === event.type));
    return [
      ...told.flatMap((event) =>
        subjectsOf(kind, fact, valuesOf(event) ?? { customerId: event.customerId }),
      ),
      ...former.map((subjectId) => ({ subjectType: 'CUSTOMER' as const, subjectId, fact: kind })),
    ];
  });

/** Whose facts they were that have another customer now: those figures change too. */
async function formerCustomers(
  manager: EntityManager,
  events: readonly RecordedEvent<object>[],
): Promise<string[]> {
  const moved = events.filter(({ changedFields }) => changedFields.includes('customerId'));
  const former: string[] = [];
  for (const { fact, types } of tellers) {
    const told = moved.filter((event) => types.some(({ type }) => type === event.type));
    const ids = told.map(({ aggregateId }) => aggregateId);
    const rows = await findByIds(manager, fact, { ids });
    former.push(...rows.flatMap((row) => asText(valueAt(row, ['customerId'])) || []));
  }
  return former;
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
