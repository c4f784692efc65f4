import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, text } from '@crm/kit/record/field';
import { audience, byAudience, customerId } from '../audience/audience.fields.ts';

/** What we do about a move of a competitor, or about its place on an opportunity. */
export const CountermeasureEntity = defineEntity('Countermeasure', {
  fields: {
    activityId: id({
      references: 'CompetitorActivity',
      label: { zh: '应对的动态', en: 'Activity' },
    }),
    opportunityCompetitorId: id({
      references: 'OpportunityCompetitor',
      label: { zh: '应对的商机竞争', en: 'Opportunity competitor' },
    }),
    competitorId: id({
      required: true,
      managed: true,
      references: 'Competitor',
      label: { zh: '竞争对手', en: 'Competitor' },
    }),
    customerId: { ...customerId, managed: true },
    action: text({ max: 2000, required: true, label: { zh: '应对措施', en: 'Action' } }),
    ownerId: id({
      required: true,
      references: 'StaffMember',
      label: { zh: '负责人', en: 'Owner' },
    }),
    dueOn: date({ required: true, label: { zh: '截止日期', en: 'Due on' } }),
    status: choice(
      {
        DUE: { zh: '已到期', en: 'Due' },
        PLANNED: { zh: '计划中', en: 'Planned' },
        COMPLETED: { zh: '已完成', en: 'Completed' },
        CANCELLED: { zh: '已取消', en: 'Cancelled' },
      },
      { required: true, managed: true, label: { zh: '状态', en: 'Status' } },
    ),
    result: text({ max: 4000, managed: true, label: { zh: '结果', en: 'Result' } }),
    effectiveness: choice(
      {
        EFFECTIVE: { zh: '有效', en: 'Effective' },
        PARTLY: { zh: '部分有效', en: 'Partly effective' },
        INEFFECTIVE: { zh: '无效', en: 'Ineffective' },
      },
      { managed: true, label: { zh: '效果', en: 'Effectiveness' } },
    ),
    completedOn: date({ managed: true, label: { zh: '完成日期', en: 'Completed on' } }),
    teamId: id({ managed: true, internal: true, label: { zh: '所属团队', en: 'Team' } }),
    audience,
  },
  access: { by: 'any', of: [{ by: 'owner', owner: 'ownerId', team: 'teamId' }, byAudience] },
});

export type Countermeasure = NonNullable<typeof CountermeasureEntity.row>;
