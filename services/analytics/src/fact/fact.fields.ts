import { defineEntity, type AccessRule, type Relation } from '@crm/kit/record/entity';
import {
  boolean,
  date,
  dateTime,
  decimal,
  id,
  int,
  list,
  money,
  text,
} from '@crm/kit/record/field';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { ProductEntity } from '../directory/directory.fields.ts';
import { factStamps } from '@crm/kit/projection/state';
import { today } from '../today.ts';

/** Whoever may read the customer may read its facts. */
export const access: AccessRule = { by: 'parent', column: 'customerId', table: 'customer' };

export const relations: Readonly<Record<string, Relation>> = {
  customer: { to: () => CustomerEntity, from: 'customerId', foreign: 'id', isOne: true },
};

export const customerId = id({
  required: true,
  references: 'Customer',
  label: { zh: '客户', en: 'Customer' },
});

export const OrderFact = defineEntity('OrderFact', {
  fields: {
    ...factStamps,
    customerId,
    orderedOn: date({ required: true, label: { zh: '订货日期', en: 'Ordered on' } }),
    status: text({ max: 16, required: true, label: { zh: '状态', en: 'Status' } }),
    amount: money({ zh: '金额', en: 'Amount' }),
    salespersonId: id({ references: 'StaffMember', label: { zh: '销售人员', en: 'Salesperson' } }),
  },
  access,
  relations,
});

/** A line of an order, for figures by product. It goes with its order. */
export const OrderLineFact = defineEntity('OrderLineFact', {
  fields: {
    ...factStamps,
    id: id({
      required: true,
      managed: true,
      label: { zh: '编号', en: 'Id' },
      sql: (alias: string) => `${alias}.orderId`,
    }),
    orderId: id({ required: true, references: 'OrderFact', label: { zh: '订单', en: 'Order' } }),
    line: int({ required: true, label: { zh: '行号', en: 'Line' } }),
    customerId,
    orderedOn: date({ required: true, label: { zh: '订货日期', en: 'Ordered on' } }),
    productId: id({ references: 'Product', label: { zh: '产品', en: 'Product' } }),
    quantity: decimal({ scale: 4, required: true, label: { zh: '数量', en: 'Quantity' } }),
    amount: money({ zh: '金额', en: 'Amount' }),
    salespersonId: id({ references: 'StaffMember', label: { zh: '销售人员', en: 'Salesperson' } }),
  },
  access,
  relations: {
    ...relations,
    product: { to: () => ProductEntity, from: 'productId', foreign: 'id', isOne: true },
  },
});

export const PaymentFact = defineEntity('PaymentFact', {
  fields: {
    ...factStamps,
    customerId,
    receivedOn: date({ required: true, label: { zh: '收款日期', en: 'Received on' } }),
    method: text({ max: 16, required: true, label: { zh: '付款方式', en: 'Method' } }),
    amount: money({ zh: '金额', en: 'Amount' }),
  },
  access,
  relations,
});

const isOverdue = (alias: string): string =>
  `(${alias}.balanceAmount > 0 AND ${alias}.dueOn < ${today})`;

export const ReceivableFact = defineEntity('ReceivableFact', {
  fields: {
    ...factStamps,
    customerId,
    orderId: id({ label: { zh: '订单', en: 'Order' } }),
    amount: money({ zh: '应收金额', en: 'Amount' }),
    balance: money({ zh: '未收金额', en: 'Balance' }),
    dueOn: date({ required: true, label: { zh: '到期日', en: 'Due on' } }),
    isOverdue: boolean({ required: true, label: { zh: '逾期', en: 'Overdue' }, sql: isOverdue }),
    daysPastDue: int({
      required: true,
      label: { zh: '逾期天数', en: 'Days past due' },
      sql: (alias: string) => `IF(${isOverdue(alias)}, DATEDIFF(${today}, ${alias}.dueOn), 0)`,
    }),
  },
  access,
  relations,
});

export const InteractionFact = defineEntity('InteractionFact', {
  fields: {
    ...factStamps,
    customerId: id({ references: 'Customer', label: { zh: '客户', en: 'Customer' } }),
    kind: text({ max: 16, required: true, label: { zh: '方式', en: 'Kind' } }),
    direction: text({ max: 16, required: true, label: { zh: '方向', en: 'Direction' } }),
    occurredAt: dateTime({ required: true, label: { zh: '时间', en: 'Occurred at' } }),
    outcome: text({ max: 64, label: { zh: '结果', en: 'Outcome' } }),
    staffIds: list({ label: { zh: '参与员工', en: 'Staff' } }),
    staffId: id({ references: 'StaffMember', label: { zh: '主要员工', en: 'First of the staff' } }),
    personIds: list({ names: 'Person', label: { zh: '参与联系人', en: 'People' } }),
  },
  access,
  relations,
});
