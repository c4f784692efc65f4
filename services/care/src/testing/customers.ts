import { newId } from '@crm/kit/id';
import {
  CustomerCreated,
  CustomerDeleted,
  CustomerUpdated,
  type CustomerData,
} from '@crm/schemas/events/customer';
import { CreditParticularsChanged } from '@crm/schemas/events/credit';
import { StaffUpserted } from '@crm/schemas/events/directory';
import {
  InteractionLogged,
  InteractionRemoved,
  type InteractionData,
} from '@crm/schemas/events/interaction';
import { EvaluationChanged, EvaluationFiguresChanged } from '@crm/schemas/events/evaluation';
import { OrderCancelled, OrderRecorded, type OrderData } from '@crm/schemas/events/order';
import {
  ReceivableCancelled,
  ReceivableChanged,
  ReceivableOpened,
  ReceivableSettled,
} from '@crm/schemas/events/receivable';
import type { TestCare } from './care.ts';

export const nobody: CustomerData = {
  code: 'C-1',
  kind: 'ORGANIZATION',
  name: '恒泰机械',
  shortName: null,
  country: null,
  province: null,
  city: null,
  industry: null,
  legalForm: null,
  establishedOn: null,
  level: null,
  categories: [],
  channelRole: null,
  lifecycleStage: 'POTENTIAL',
  designation: null,
  source: null,
  ownerId: null,
  teamId: null,
};

/** Has the customers service tell of a new customer; gives its id. */
export async function addCustomer(
  care: TestCare,
  customer: Partial<CustomerData> = {},
): Promise<string> {
  const id = newId();
  await care.tell(CustomerCreated, { id, customerId: id, data: { ...nobody, ...customer } });
  return id;
}

export const changeCustomer = (
  care: TestCare,
  id: string,
  customer: Partial<CustomerData>,
): Promise<void> =>
  care.tell(CustomerUpdated, { id, customerId: id, data: { ...nobody, ...customer, changes: {} } });

export const removeCustomer = (care: TestCare, id: string): Promise<void> =>
  care.tell(CustomerDeleted, { id, customerId: id, data: {} });

export async function addStaff(
  care: TestCare,
  staff: { readonly managerId?: string; readonly teamId?: string } = {},
): Promise<string> {
  const id = newId();
  const data = { code: `S-${id}`, name: '王芳', active: true, teamId: null, managerId: null };
  await care.tell(StaffUpserted, { id, data: { ...data, ...staff } });
  return id;
}

const order = (orderedOn: string, status: string): OrderData => ({
  number: 'SO-1',
  orderedOn,
  status,
  amount: { amount: '100.00', currency: 'CNY' },
  salespersonId: null,
  lines: [],
});

export async function addOrder(care: TestCare, customerId: string, on: string): Promise<string> {
  const id = newId();
  await care.tell(OrderRecorded, { id, customerId, data: order(on, 'PLACED') });
  return id;
}

export const cancelOrder = (
  care: TestCare,
  { id, customerId, on }: { readonly id: string; readonly customerId: string; readonly on: string },
): Promise<void> => care.tell(OrderCancelled, { id, customerId, data: order(on, 'CANCELLED') });

/** Has the contacts service tell of a visit; gives its id. */
export async function addVisit(care: TestCare, customerId: string, at: Date): Promise<string> {
  const id = newId();
  const data: InteractionData = {
    kind: 'VISIT',
    direction: 'OUTBOUND',
    customerId,
    personIds: [],
    staffIds: [],
    occurredAt: at.toISOString(),
    outcome: null,
    nextTouchOn: null,
  };
  await care.tell(InteractionLogged, { id, customerId, data });
  return id;
}

export const removeVisit = (care: TestCare, id: string): Promise<void> =>
  care.tell(InteractionRemoved, { id, data: {} });

const cny = (amount: string) => ({ amount, currency: 'CNY' });

type Due = { readonly customerId: string; readonly dueOn: string };

const receivable = ({ dueOn }: Due, balance: string) => ({
  orderId: null,
  amount: cny('100.00'),
  balance: cny(balance),
  dueOn,
});

/** Has the customers service tell of something that is to be paid; gives its id. */
export async function addReceivable(care: TestCare, due: Due): Promise<string> {
  const id = newId();
  const { customerId } = due;
  await care.tell(ReceivableOpened, { id, customerId, data: receivable(due, '100.00') });
  return id;
}

export const payPart = (care: TestCare, id: string, due: Due): Promise<void> =>
  care.tell(ReceivableChanged, {
    id,
    customerId: due.customerId,
    data: receivable(due, '40.00'),
  });

export const payAll = (care: TestCare, id: string, due: Due): Promise<void> =>
  care.tell(ReceivableSettled, { id, customerId: due.customerId, data: receivable(due, '0.00') });

export const cancelReceivable = (care: TestCare, id: string, due: Due): Promise<void> =>
  care.tell(ReceivableCancelled, {
    id,
    customerId: due.customerId,
    data: receivable(due, '100.00'),
  });

type Used = { readonly id: string; readonly customerId: string; readonly used: string };

/** Of a limit of a thousand. */
export const useCredit = (care: TestCare, { id, customerId, used }: Used): Promise<void> =>
  care.tell(CreditParticularsChanged, {
    id,
    customerId,
    data: {
      currency: 'CNY',
      isOnHold: false,
      limit: cny('1000.00'),
      exposure: cny(used),
      paymentTermDays: 30,
    },
  });

type Graded = {
  readonly id: string;
  readonly customerId: string;
  readonly from: readonly [grade: string, score: string];
  readonly to: readonly [grade: string, score: string];
  /** What it was a day before: the same as just before when left out. */
  readonly dayBefore?: readonly [grade: string, score: string] | null;
  readonly modelVersion?: number;
};

/** Has analytics tell that a model of open data gives a customer another grade. */
export const regrade = (care: TestCare, told: Graded): Promise<void> =>
  care.tell(EvaluationChanged, {
    id: told.id,
    customerId: told.customerId,
    data: {
      ...graded('customer_value', told),
      cause: 'EVENT',
      outcome: outcome(told),
      dayBefore: dayBeforeOf(told),
    },
  });

/** The same of a model of confidential data, of which everybody is told no more than that. */
export async function regradeInPrivate(care: TestCare, told: Graded): Promise<void> {
  const { id, customerId } = told;
  const about = graded('customer_credit', told);
  const open = { ...about, cause: 'EVENT', outcome: null };
  await care.tell(EvaluationChanged, { id, customerId, data: open });
  const dayBefore = dayBeforeOf(told);
  const data = { ...about, ...outcome(told), dayBefore, class: 'CONFIDENTIAL' as const };
  await care.tell(EvaluationFiguresChanged, { id: newId(), customerId, data });
}

const graded = (model: string, { customerId, modelVersion = 1 }: Graded) => ({
  subjectType: 'CUSTOMER' as const,
  subjectId: customerId,
  model,
  modelVersion,
});

const dayBeforeOf = ({ from, dayBefore = from }: Graded) =>
  dayBefore && { grade: dayBefore[0], score: dayBefore[1] };

const outcome = ({ from: [oldGrade, oldScore], to: [newGrade, newScore] }: Graded) => ({
  oldGrade,
  oldScore,
  newGrade,
  newScore,
});
