import { defineEntity } from '@crm/kit/record/entity';
import { id } from '@crm/kit/record/field';

/** Somebody who wants to know what a competitor does. */
export const CompetitorFollowEntity = defineEntity('CompetitorFollow', {
  fields: {
    competitorId: id({
      required: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    staffId: id({
      required: true,
      references: 'StaffMember',
      label: { zh: '关注人', en: 'Follower' },
    }),
  },
  access: { by: 'company', writers: 'staff' },
});

export type CompetitorFollow = NonNullable<typeof CompetitorFollowEntity.row>;
