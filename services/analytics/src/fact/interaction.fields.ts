import { defineEntity } from '@crm/kit/record/entity';
import { dateTime, id, list, text } from '@crm/kit/record/field';
import { factStamps } from '@crm/kit/projection/state';
import { access, relations } from './fact.fields.ts';
import { OpportunityFact } from './sales.fields.ts';

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
    opportunityId: id({ references: 'OpportunityFact', label: { zh: '商机', en: 'Opportunity' } }),
    careTaskId: id({ label: { zh: '关怀任务', en: 'Care task' } }),
  },
  access,
  relations: {
    ...relations,
    opportunity: {
      to: () => OpportunityFact,
      from: 'opportunityId',
      foreign: 'id',
      isOne: true,
    },
  },
});
