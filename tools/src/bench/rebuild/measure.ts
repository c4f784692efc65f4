import type { Bus } from '@crm/kit/event/bus';
import { headersOf, subjectOf, type Envelope } from '@crm/kit/event/envelope';
import type { DataOf, EventType } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { CustomerCreated } from '@crm/schemas/events/customer';
import { OrderRecorded } from '@crm/schemas/events/order';
import { PaymentReceived } from '@crm/schemas/events/payment';
import { rebuild } from '../../mesh/rebuild.ts';
import { buildPrograms } from '../../mesh/programs.ts';
import { say, seconds } from '../../mesh/say.ts';
import { until } from '../../mesh/wait.ts';
import { openOutbox } from '../events/outbox.ts';
import { atLeast, shown, type Measurement } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';

const customerCount = 10_000;
/** For each customer. */
const orderCount = 6;
const paymentCount = 3;
const eventCount = customerCount * (1 + orderCount + paymentCount);

const perSecondMin = 20_000;
const publishedAtOnce = 100;
const appliedMsMax = 900_000;

/** How soon analytics makes all that it keeps anew, from a log that goes back to the beginning. */
export const measurement: Measurement = {
  about: `analytics is made anew from ${eventCount} events of customers, orders and payments`,
  run: (place) =>
    withMesh(place, async (mesh) => {
      const outbox = await openOutbox(mesh);
      const startedAt = performance.now();
      try {
        await tellAll(outbox.bus);
        say(`  ${eventCount} events told (${seconds(performance.now() - startedAt)})`);
        const isApplied = async (): Promise<boolean> =>
          (await outbox.bus.pending('analytics')) === 0;
        if (!(await until(isApplied, { forMs: appliedMsMax, everyMs: 500 })))
          throw new Error('Analytics does not apply what it is told');
        say(`  applied as they came (${seconds(performance.now() - startedAt)})`);
      } finally {
        await outbox.close();
      }
      await buildPrograms();
      const beganAt = performance.now();
      await rebuild(mesh, 'analytics');
      const tookS = (performance.now() - beganAt) / 1000;
      return [
        atLeast(perSecondMin, {
          id: 'rebuild.analytics',
          value: eventCount / tookS,
          unit: 'events/s',
        }),
        shown({ id: `rebuild.analytics.${eventCount} events`, value: tookS, unit: 's' }),
      ];
    }),
};

async function tellAll(bus: Bus): Promise<void> {
  await bus.ensureStream();
  const ids = Array.from({ length: customerCount }, () => newId());
  const kinds: readonly ((customerId: string) => Envelope)[] = [
    (customerId) => eventOf(CustomerCreated, customerId, { id: customerId, data: customer }),
    ...Array.from(
      { length: orderCount },
      () => (customerId: string) => eventOf(OrderRecorded, customerId, { data: order }),
    ),
    ...Array.from(
      { length: paymentCount },
      () => (customerId: string) => eventOf(PaymentReceived, customerId, { data: payment }),
    ),
  ];
  for (const make of kinds) {
    for (let at = 0; at < ids.length; at += publishedAtOnce) {
      const part = ids.slice(at, at + publishedAtOnce).map(make);
      await Promise.all(part.map((event) => publish(bus, event)));
    }
  }
}

const publish = (bus: Bus, event: Envelope): Promise<unknown> =>
  bus.publish({
    subject: subjectOf(event),
    messageId: event.eventId,
    headers: headersOf(event, 'customers'),
    body: event.body,
    previousSeq: null,
  });

type Told<Type extends EventType> = { readonly id?: string; readonly data: DataOf<Type> };

const eventOf = <Type extends EventType>(
  type: Type,
  customerId: string,
  { id = newId(), data }: Told<Type>,
): Envelope => ({
  eventId: newId(),
  type: type.type,
  schemaVersion: type.schemaVersion,
  visibility: type.visibility,
  aggregate: type.aggregate,
  aggregateId: id,
  version: 1,
  occurredAt: new Date().toISOString(),
  trace: null,
  body: JSON.stringify({ customerId, actor: null, changedFields: [], data }),
});

const customer: DataOf<typeof CustomerCreated> = {
  code: 'C-1',
  kind: 'ORGANIZATION',
  name: '上海恒泰机械有限公司',
  shortName: '恒泰',
  country: 'CN',
  province: '上海',
  city: '上海',
  industry: 'C',
  legalForm: 'LIMITED_COMPANY',
  establishedOn: '2010-05-01',
  level: 'KEY',
  categories: ['MANUFACTURER'],
  channelRole: null,
  lifecycleStage: 'TRADING',
  designation: null,
  source: null,
  ownerId: null,
  teamId: null,
};

const amount = { amount: '1250.00', currency: 'CNY' };

const order: DataOf<typeof OrderRecorded> = {
  number: 'SO-1',
  orderedOn: '2026-10-01',
  status: 'COMPLETED',
  amount,
  salespersonId: null,
  lines: [{ productId: null, quantity: '1', amount: '1250.00' }],
};

const payment: DataOf<typeof PaymentReceived> = {
  receivedOn: '2026-10-20',
  amount,
  method: 'BANK_TRANSFER',
  allocations: [],
};
