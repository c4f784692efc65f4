import { defineEntity, type AccessRule, type Relation } from '@crm/kit/record/entity';
import { boolean, date, decimal, id, int, money, text } from '@crm/kit/record/field';
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
    /** The day of the last payment, once nothing is owed any more. */
    settledOn: date({ label: { zh: '结清日期', en: 'Settled on' } }),
    daysLate: int({
      label: { zh: '逾期付款天数', en: 'Days late' },
      sql: (alias: string) =>
        `IF(${alias}.settledOn IS NULL, NULL, GREATEST(DATEDIFF(${alias}.settledOn, ${alias}.dueOn), 0))`,
    }),
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
