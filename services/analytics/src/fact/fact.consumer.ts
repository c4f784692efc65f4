import { onMany } from '@crm/kit/event/consumer';
import type { RecordedEvent } from '@crm/kit/event/event';
import type { PaymentData } from '@crm/schemas/events/payment';
import { valueAt } from '@crm/kit/record/entity';
import { findByIds } from '@crm/kit/record/store';
import { asText } from '@crm/kit/text';
import type { EntityManager } from 'typeorm';
import { saveStates } from '@crm/kit/projection/state';
import { keptSeries, noteFacts } from '../rollup/change.repository.ts';
import { markDirty, subjectsOf, type DirtySubject } from '../run/dirty.repository.ts';
import { lockActivities, refreshActivities } from './activity.repository.ts';
import { isEnd, tellers, valuesOf, type FactKind, type Teller } from './fact-kinds.ts';
import { lockFigures, refreshFigures } from './figure.repository.ts';
import { refreshSettlements, savePaidOn } from './settlement.repository.ts';
import { saveOrderLines } from './order-line.repository.ts';

type Events = readonly RecordedEvent<object>[];
type Told = Teller & { readonly events: Events };

/** Facts and the figures made of them, together for all the customers of a batch. */
async function saveFacts(manager: EntityManager, events: Events): Promise<void> {
  const told = tellers
    .map((teller) => ({ ...teller, events: events.filter((event) => tells(teller, event)) }))
    .filter((each) => each.events.length > 0);
  const customers = await customersOf(manager, told);
  const all = [...new Set([...customers.values()].flat())];
  await lockFigures(manager, figured(customers));
  await lockActivities(manager, all);
  const kept = await keptSeries(manager);
  const changes = told.map(({ kind, events: ofKind }) => ({
    kind,
    ids: ofKind.map(({ aggregateId }) => aggregateId),
  }));
  for (const change of changes) await noteFacts(manager, kept, { ...change, sign: -1 });
  for (const { kind, fact, events: ofKind } of told) {
    const states = ofKind.map((event) => ({
      event,
      values: valuesOf(event),
      isEnded: isEnd(event),
    }));
    await saveStates(manager, fact, states);
    if (kind === 'ORDER') await saveOrderLines(manager, states);
  }
  for (const change of changes) await noteFacts(manager, kept, { ...change, sign: 1 });
  await refreshSettlements(manager, await settledBy(manager, told));
  await refreshFigures(manager, figured(customers));
  await refreshActivities(manager, customers);
  await markDirty(manager, dirtyOf(told, customers));
}

/** Receivables that are others now, or that somebody paid. */
async function settledBy(manager: EntityManager, told: readonly Told[]): Promise<string[]> {
  const eventsOf = (wanted: FactKind): Events =>
    told.flatMap(({ kind, events }) => (kind === wanted ? events : []));
  const payments = eventsOf('PAYMENT').flatMap(({ data }) => (isPayment(data) ? [data] : []));
  const paid = await savePaidOn(manager, payments);
  return [...paid, ...eventsOf('RECEIVABLE').map(({ aggregateId }) => aggregateId)];
}

const isPayment = (data: object): data is PaymentData => 'allocations' in data;

const tells = ({ types }: Teller, { type }: RecordedEvent<object>): boolean =>
  types.some((each) => each.type === type);

/** Whoever the facts tell of, and the customers whom they told of before. */
const dirtyOf = (told: readonly Told[], customers: Customers): DirtySubject[] =>
  told.flatMap(({ kind, fact, events }) => [
    ...events.flatMap((event) => subjectsOf(kind, fact, valuesOf(event) ?? {})),
    ...(customers.get(kind) ?? []).flatMap((subjectId) =>
      toldBy(kind).map((each) => ({ subjectType: 'CUSTOMER' as const, subjectId, fact: each })),
    ),
  ]);

/** The lines of an order come with it. */
const toldBy = (kind: FactKind): readonly FactKind[] =>
  kind === 'ORDER' ? ['ORDER', 'ORDER_LINE'] : [kind];

type Customers = ReadonlyMap<FactKind, readonly string[]>;

const ofMoney: readonly FactKind[] = ['ORDER', 'PAYMENT', 'RECEIVABLE'];

const figured = (customers: Customers): readonly string[] => [
  ...new Set(ofMoney.flatMap((kind) => customers.get(kind) ?? [])),
];

/** Whose facts of each kind are others now: those too who had a fact that has another customer. */
async function customersOf(manager: EntityManager, told: readonly Told[]): Promise<Customers> {
  const found = new Map<FactKind, readonly string[]>();
  for (const { kind, fact, events } of told) {
    const moved = events.filter(({ changedFields }) => changedFields.includes('customerId'));
    const ids = moved.map(({ aggregateId }) => aggregateId);
    const former = await findByIds(manager, fact, { ids });
    found.set(kind, [
      ...new Set([
        ...former.flatMap((row) => asText(valueAt(row, ['customerId'])) || []),
        ...events.flatMap(({ customerId }) => customerId ?? []),
      ]),
    ]);
  }
  return found;
}

export const factConsumer = onMany(
  tellers.flatMap(({ types }) => types),
  saveFacts,
);
