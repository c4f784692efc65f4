import { defineEntity } from '@crm/kit/record/entity';
import { date, id, list, term, text } from '@crm/kit/record/field';
import { unkeptStamps } from '../projection.ts';

/** What customers tells of a customer; closed lists are texts here, for their owner checks them. */
export const attributeFields = {
  ...unkeptStamps,
  code: text({ max: 64, required: true, class: 'PUBLIC', label: { zh: '客户编号', en: 'Code' } }),
  kind: text({ max: 32, required: true, class: 'PUBLIC', label: { zh: '客户性质', en: 'Kind' } }),
  name: text({
    max: 200,
    required: true,
    class: 'PUBLIC',
    label: { zh: '客户单位名称', en: 'Name' },
  }),
  shortName: text({ max: 100, class: 'PUBLIC', label: { zh: '简称', en: 'Short name' } }),
  country: text({ max: 100, label: { zh: '国家', en: 'Country' } }),
  province: text({ max: 100, label: { zh: '省份', en: 'Province' } }),
  city: text({ max: 100, label: { zh: '城市', en: 'City' } }),
  industry: term({
    vocabulary: 'industry',
    class: 'PUBLIC',
    label: { zh: '行业类型', en: 'Industry' },
  }),
  legalForm: text({ max: 40, label: { zh: '经营组织', en: 'Legal form' } }),
  establishedOn: date({ label: { zh: '成立时间', en: 'Established on' } }),
  level: term({ vocabulary: 'customer_level', label: { zh: '客户级别', en: 'Level' } }),
  categories: list({
    vocabulary: 'customer_category',
    label: { zh: '客户类别', en: 'Categories' },
  }),
  channelRole: text({ max: 32, label: { zh: '渠道角色', en: 'Channel role' } }),
  lifecycleStage: term({
    vocabulary: 'lifecycle_stage',
    required: true,
    label: { zh: '生命周期阶段', en: 'Lifecycle stage' },
  }),
  designation: term({ vocabulary: 'designation', label: { zh: '价值定位', en: 'Designation' } }),
  source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
  ownerId: id({ references: 'StaffMember', label: { zh: '负责人', en: 'Owner' } }),
  teamId: id({ references: 'Team', label: { zh: '所属团队', en: 'Team' } }),
} as const;

export const CustomerEntity = defineEntity('Customer', {
  fields: attributeFields,
  access: { by: 'owner', owner: 'ownerId', team: 'teamId' },
});
