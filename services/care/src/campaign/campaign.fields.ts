import { defineEntity } from '@crm/kit/record/entity';
import { choice } from '@crm/kit/record/field';
import { campaignKinds, planAccess, planFields } from '../plan/plan.fields.ts';

const { occasionId: _occasion, leadDays: _lead, category: _category, ...shared } = planFields;

/** A plan of care that does something else than care, once: the rows of plans that are none of care. */
export const CampaignEntity = defineEntity('Campaign', {
  table: 'carePlan',
  fields: {
    ...shared,
    /** Told apart from plans of care by the service alone. */
    kind: choice(campaignKinds, {
      required: true,
      label: { zh: '活动类型', en: 'Kind' },
      sql: (alias: string) => `${alias}.kind`,
    }),
  },
  access: planAccess,
});

export type Campaign = NonNullable<typeof CampaignEntity.row>;
