import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, int, text } from '@crm/kit/record/field';
import { interactionKinds } from '../interaction/interaction.fields.ts';
import { byPerson } from '../person/person-access.ts';

const touchPlanFields = {
  personId: id({ names: 'Person', label: { zh: '联系人', en: 'Person' } }),
  customerId: id({ names: 'Customer', label: { zh: '客户', en: 'Customer' } }),
  purpose: text({ max: 500, required: true, label: { zh: '目的', en: 'Purpose' } }),
  channel: choice(interactionKinds, { label: { zh: '接触方式', en: 'Channel' } }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  cadenceDays: int({ label: { zh: '间隔（天）', en: 'Every so many days' } }),
  dueOn: date({ label: { zh: '计划日期', en: 'Due on' } }),
  graceDays: int({ required: true, label: { zh: '宽限（天）', en: 'Days of grace' } }),
  note: text({ max: 1000, label: { zh: '备注', en: 'Note' } }),
  status: choice(
    {
      DUE: { zh: '到期', en: 'Due' },
      PLANNED: { zh: '计划中', en: 'Planned' },
      COMPLETED: { zh: '已完成', en: 'Completed' },
      MISSED: { zh: '已错过', en: 'Missed' },
      CANCELLED: { zh: '已取消', en: 'Cancelled' },
    },
    { required: true, managed: true, label: { zh: '状态', en: 'Status' } },
  ),
  nextDueOn: date({ managed: true, label: { zh: '下次接触日期', en: 'Next due on' } }),
  lastCompletedOn: date({ managed: true, label: { zh: '上次完成日期', en: 'Last completed on' } }),
  lastInteractionId: id({ managed: true, label: { zh: '上次往来', en: 'Last interaction' } }),
  // What a completion that turns out to be none gives back.
  previousDueOn: date({
    managed: true,
    internal: true,
    label: { zh: '原计划日期', en: 'Was due on' },
  }),
  teamId: id({ managed: true, internal: true, label: { zh: '所属团队', en: 'Team' } }),
} as const;

/** Reached through its customer and its person, and by whoever is to keep it. */
export const TouchPlanEntity = defineEntity('TouchPlan', {
  fields: touchPlanFields,
  access: {
    by: 'any',
    of: [
      { by: 'owner', owner: 'ownerId', team: 'teamId' },
      { by: 'parent', column: 'customerId', table: 'customerAccess' },
      byPerson(),
    ],
  },
});

export type TouchPlan = NonNullable<typeof TouchPlanEntity.row>;
