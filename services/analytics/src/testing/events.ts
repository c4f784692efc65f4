import type { RecordedEvent } from '@crm/kit/event/event';
import { newId } from '@crm/kit/id';
import { applyWith, eventOf } from '@crm/kit/testing/events';
import { CompetitorCreated, type CompetitorData } from '@crm/schemas/events/competitor';
import { CustomFieldDefined, type CustomFieldData } from '@crm/schemas/events/custom-field';
import {
  CustomerCreated,
  CustomerParticularsChanged,
  type CustomerData,
  type CustomerParticulars,
} from '@crm/schemas/events/customer';
import { InteractionLogged, type InteractionData } from '@crm/schemas/events/interaction';
import { OrderRecorded, type OrderData } from '@crm/schemas/events/order';
import { PersonCreated, type PersonData } from '@crm/schemas/events/person';
import { consumers } from '../consumers.ts';

export { eventOf };

export const apply = applyWith(consumers);

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

/** What is told privately of a customer. */
export const particulars = (
  id: string,
  data: Partial<CustomerParticulars>,
  version = 1,
): RecordedEvent =>
  eventOf(
    CustomerParticularsChanged,
    { id, customerId: id, version },
    {
      bankCreditRating: null,
      registeredCapital: null,
      paidInCapital: null,
      fundingPosition: null,
      taxpayerType: null,
      accountingBooks: null,
      tradeCreditRating: null,
      paymentBehaviour: null,
      customFields: {},
      ...data,
    },
  );

/** The definition of a custom field of customers. */
export const defined = (
  { id = newId(), key }: { readonly id?: string; readonly key: string },
  data: Partial<CustomFieldData>,
  version = 1,
): RecordedEvent =>
  eventOf(
    CustomFieldDefined,
    { id, version },
    {
      entity: 'Customer',
      key,
      type: 'TEXT',
      labels: { zh: key, en: key },
      class: 'INTERNAL',
      indexed: false,
      options: [],
      ...data,
    },
  );

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

export const personCreated = (id: string, data: Partial<PersonData> = {}): RecordedEvent =>
  eventOf(
    PersonCreated,
    { id },
    {
      code: 'P1',
      name: '王芳',
      gender: null,
      status: 'ACTIVE',
      ownerId: null,
      teamId: null,
      ...data,
    },
  );

export const competitorCreated = (id: string, data: Partial<CompetitorData> = {}): RecordedEvent =>
  eventOf(
    CompetitorCreated,
    { id },
    {
      code: 'R1',
      name: '强手',
      shortName: null,
      category: 'MAJOR',
      threatLevel: 'HIGH',
      scale: null,
      region: null,
      ...data,
    },
  );
