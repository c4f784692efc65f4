import { defineEntity } from '@crm/kit/record/entity';
import { boolean, int, money, text } from '@crm/kit/record/field';
import { access, customerId, relations } from '../fact/fact.fields.ts';
import { factStamps } from '@crm/kit/projection/state';

const confidential = { class: 'CONFIDENTIAL' } as const;

/** What a customer may owe in a currency, and what it owes. */
export const CreditAccountEntity = defineEntity('CreditAccount', {
  fields: {
    ...factStamps,
    customerId,
    currency: text({ max: 3, required: true, label: { zh: '币种', en: 'Currency' } }),
    limit: money({ zh: '信用额度', en: 'Credit limit' }, confidential),
    exposure: money({ zh: '已用额度', en: 'Exposure' }, confidential),
    paymentTermDays: int({ ...confidential, label: { zh: '账期(天)', en: 'Payment term' } }),
    isOnHold: boolean({ required: true, label: { zh: '信用冻结', en: 'On credit hold' } }),
  },
  access,
  relations,
});
