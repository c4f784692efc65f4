import { defineEntity, withoutFields } from '@crm/kit/record/entity';
import { date, dateTime, id, list, text } from '@crm/kit/record/field';

const pulse = defineEntity('CustomerPulse', {
  fields: {
    code: text({ max: 64, label: { zh: '客户编号', en: 'Code' } }),
    name: text({ max: 200, label: { zh: '客户单位名称', en: 'Name' } }),
    kind: text({ max: 64, label: { zh: '客户性质', en: 'Kind' } }),
    country: text({ max: 100, label: { zh: '国家', en: 'Country' } }),
    province: text({ max: 100, label: { zh: '省', en: 'Province' } }),
    city: text({ max: 100, label: { zh: '市', en: 'City' } }),
    industry: text({ max: 64, label: { zh: '行业类型', en: 'Industry' } }),
    level: text({ max: 64, label: { zh: '客户级别', en: 'Level' } }),
    categories: list({ label: { zh: '客户类别', en: 'Categories' } }),
    channelRole: text({ max: 64, label: { zh: '渠道角色', en: 'Channel role' } }),
    lifecycleStage: text({ max: 64, label: { zh: '生命周期阶段', en: 'Lifecycle stage' } }),
    designation: text({ max: 64, label: { zh: '价值定位', en: 'Designation' } }),
    source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
    ownerId: id({ names: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
    teamId: id({ label: { zh: '所属团队', en: 'Team' } }),
    lastInteractionAt: dateTime({ label: { zh: '最近联系时间', en: 'Last contact' } }),
    lastOrderOn: date({ label: { zh: '最近订单日期', en: 'Last order' } }),
    oldestDueOn: date({ label: { zh: '最早未付到期日', en: 'Oldest unpaid due date' } }),
  },
  access: { by: 'parent', column: 'id', table: 'customerAccess' },
});

/** What records carry and a projection, which nobody writes, does not. */
const missing: readonly string[] = [
  'version',
  'createdById',
  'updatedAt',
  'updatedById',
  'deletedAt',
  'customFields',
];

/**
 * What care knows of a customer, from events: enough to decide who is due for care and whom nobody
 * has looked after. Rules and audiences are criteria over these fields.
 */
export const PulseEntity = withoutFields(pulse, missing);
