import { applyEvents, type Task } from '@crm/kit/event/apply';
import { createDispatch } from '@crm/kit/event/consumer';
import type { Database } from '@crm/kit/database/database';
import type { DataOf, EventType, RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { CustomerCreated, type CustomerData } from '@crm/schemas/events/customer';
import { InteractionLogged, type InteractionData } from '@crm/schemas/events/interaction';
import { OrderRecorded, type OrderData } from '@crm/schemas/events/order';
import { consumers } from '../consumers.ts';

type About = {
  readonly id: string;
  readonly version?: number;
  readonly customerId?: string | null;
  readonly occurredAt?: string;
};

/** An event as the bus gives it. */
export const eventOf = <Type extends EventType>(
  type: Type,
  { id, version = 1, customerId = null, occurredAt = '2026-11-24T08:00:00.000000Z' }: About,
  data: DataOf<Type>,
): RecordedEvent => ({
  eventId: newId(),
  type: type.type,
  schemaVersion: type.schemaVersion,
  visibility: type.visibility,
  aggregate: type.aggregate,
  aggregateId: id,
  version,
  customerId,
  actor: null,
  changedFields: [],
  occurredAt,
  trace: null,
  data,
});

const dispatch = createDispatch(consumers);

/** Applies events in one transaction, as the service does. Throws when one is set aside. */
export async function apply(db: Database, events: readonly RecordedEvent[]): Promise<void> {
  const tasks = events.flatMap((event): Task[] => {
    const task = dispatch(event);
    return task ? [task] : [];
  });
  await applyEvents({ db, consumer: 'analytics', log: createLog('test', 'silent') }, tasks);
  const letters: { failure: string }[] = await db.query('SELECT failure FROM deadLetter');
  if (letters.length > 0) throw new Error(letters.map(({ failure }) => failure).join('\n'));
}

export const customerData = (data: Partial<CustomerData> = {}): CustomerData => ({
  code: 'C1',
  kind: 'ORGANIZATION',
  name: '上海恒泰机械有限公司',
  shortName: null,
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
  ...data,
});

export const orderData = (
  amount: string,
  orderedOn: string,
  data: Partial<OrderData> = {},
): OrderData => ({
  number: `SO-${amount}`,
  orderedOn,
  status: 'COMPLETED',
  amount: { amount, currency: 'CNY' },
  salespersonId: null,
  lines: [],
  ...data,
});

export const created = (id: string, data: Partial<CustomerData> = {}): RecordedEvent =>
  eventOf(CustomerCreated, { id, customerId: id }, customerData(data));

export const ordered = (
  customerId: string,
  amount: string,
  { orderedOn = '2026-05-01', currency = 'CNY', ...data }: Partial<OrderData> & Currency = {},
): RecordedEvent =>
  eventOf(
    OrderRecorded,
    { id: newId(), customerId },
    orderData(amount, orderedOn, { amount: { amount, currency }, ...data }),
  );

type Currency = { readonly currency?: string };

export const logged = (
  customerId: string | null,
  data: Partial<InteractionData> = {},
): RecordedEvent =>
  eventOf(
    InteractionLogged,
    { id: newId(), customerId },
    {
      kind: 'VISIT',
      direction: 'OUTBOUND',
      customerId,
      personIds: [],
      staffIds: [],
      occurredAt: '2026-11-01T02:00:00Z',
      outcome: null,
      nextTouchOn: null,
      ...data,
    },
  );
