import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, json, money, text } from '@crm/kit/record/field';

export type Allocation = { readonly receivableId: string; readonly amount: string };

export const PaymentEntity = defineEntity('Payment', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    receivedOn: date({ required: true, label: { zh: '收款日期', en: 'Received on' } }),
    amount: money({ zh: '金额', en: 'Amount' }),
    method: choice(
      {
        BANK_TRANSFER: { zh: '银行转账', en: 'Bank transfer' },
        CASH: { zh: '现金', en: 'Cash' },
        BILL: { zh: '票据', en: 'Bill' },
        ONLINE: { zh: '在线支付', en: 'Online' },
        OTHER: { zh: '其他', en: 'Other' },
      },
      { required: true, label: { zh: '付款方式', en: 'Method' } },
    ),
    allocations: json<readonly Allocation[]>({ label: { zh: '核销明细', en: 'Allocations' } }),
    source: text({ max: 64, label: { zh: '来源系统', en: 'Source' } }),
    externalRef: text({ max: 100, label: { zh: '外部编号', en: 'External reference' } }),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type Payment = NonNullable<typeof PaymentEntity.row>;
