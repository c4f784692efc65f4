import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, decimal, id, money, text } from '@crm/kit/record/field';
import { OpportunityEntity } from '../opportunity/opportunity.fields.ts';

/** What a customer wants, from when it is told to when it has it. */
export const NeedEntity = defineEntity('Need', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    title: text({ max: 200, required: true, label: { zh: '需求', en: 'Title' } }),
    description: text({ max: 4000, label: { zh: '说明', en: 'Description' } }),
    productId: id({ references: 'Product', label: { zh: '产品', en: 'Product' } }),
    quantity: decimal({ scale: 4, label: { zh: '数量', en: 'Quantity' } }),
    budget: money({ zh: '预算', en: 'Budget' }),
    neededBy: date({ label: { zh: '需要日期', en: 'Needed by' } }),
    priority: choice(
      {
        LOW: { zh: '低', en: 'Low' },
        NORMAL: { zh: '一般', en: 'Normal' },
        HIGH: { zh: '高', en: 'High' },
        URGENT: { zh: '紧急', en: 'Urgent' },
      },
      { required: true, label: { zh: '优先级', en: 'Priority' } },
    ),
    status: choice(
      {
        OPEN: { zh: '已记录', en: 'Open' },
        CONFIRMED: { zh: '已确认', en: 'Confirmed' },
        MATCHED: { zh: '已转商机', en: 'Matched' },
        FULFILLED: { zh: '已满足', en: 'Fulfilled' },
        WITHDRAWN: { zh: '已撤回', en: 'Withdrawn' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'Status' } },
    ),
    statusReason: text({
      max: 1000,
      managed: true,
      label: { zh: '状态说明', en: 'Status reason' },
    }),
    fulfilledOn: date({ managed: true, label: { zh: '满足日期', en: 'Fulfilled on' } }),
    raisedById: id({ label: { zh: '提出人', en: 'Raised by' } }),
    interactionId: id({ label: { zh: '来源往来', en: 'Interaction' } }),
    opportunityId: id({
      references: 'Opportunity',
      managed: true,
      label: { zh: '商机', en: 'Opportunity' },
    }),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
  relations: {
    opportunity: { to: () => OpportunityEntity, from: 'opportunityId', foreign: 'id', isOne: true },
  },
});

export type Need = NonNullable<typeof NeedEntity.row>;
