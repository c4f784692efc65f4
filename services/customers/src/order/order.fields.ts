import { defineEntity } from '@crm/kit/record/entity';
import { boolean, choice, date, id, json, money, text } from '@crm/kit/record/field';

export type OrderLine = {
  readonly productId: string | null;
  readonly description: string | null;
  readonly quantity: string;
  readonly unitPrice: string;
  /** From 0 to 1. */
  readonly discount: string;
  readonly amount: string;
  readonly cost: string | null;
};

export const SalesOrderEntity = defineEntity('SalesOrder', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    number: text({ max: 64, required: true, label: { zh: '订单号', en: 'Number' } }),
    orderedOn: date({ required: true, label: { zh: '订货日期', en: 'Ordered on' } }),
    status: choice(
      {
        PLACED: { zh: '已下单', en: 'Placed' },
        DELIVERED: { zh: '已发货', en: 'Delivered' },
        COMPLETED: { zh: '已完成', en: 'Completed' },
        CANCELLED: { zh: '已取消', en: 'Cancelled' },
      },
      { required: true, label: { zh: '状态', en: 'Status' } },
    ),
    amount: money({ zh: '金额', en: 'Amount' }),
    lines: json<readonly OrderLine[]>({ label: { zh: '明细', en: 'Lines' } }),
    salespersonId: id({ references: 'StaffMember', label: { zh: '销售人员', en: 'Salesperson' } }),
    opportunityId: id({ references: 'Opportunity', label: { zh: '商机', en: 'Opportunity' } }),
    dueOn: date({ label: { zh: '付款期限', en: 'Due on' } }),
    source: text({ max: 64, label: { zh: '来源系统', en: 'Source' } }),
    externalRef: text({ max: 100, label: { zh: '外部编号', en: 'External reference' } }),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
    isHeld: boolean({ required: true, managed: true, label: { zh: '信用待审', en: 'Held' } }),
    holdReason: text({ max: 200, managed: true, label: { zh: '待审原因', en: 'Hold reason' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type SalesOrder = NonNullable<typeof SalesOrderEntity.row>;
