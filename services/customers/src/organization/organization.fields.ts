import { defineEntity } from '@crm/kit/record/entity';
import { choice, id, text } from '@crm/kit/record/field';

/** An organisation that customers have to do with and that we do not sell to. */
export const ExternalOrganizationEntity = defineEntity('ExternalOrganization', {
  fields: {
    name: text({
      max: 200,
      required: true,
      class: 'PUBLIC',
      label: { zh: '单位名称', en: 'Name' },
    }),
    kind: choice(
      {
        COMPANY: { zh: '企业', en: 'Company' },
        AUTHORITY: { zh: '主管部门', en: 'Authority' },
        SCHOOL: { zh: '学校', en: 'School' },
        OTHER: { zh: '其他', en: 'Other' },
      },
      { required: true, class: 'PUBLIC', label: { zh: '单位性质', en: 'Kind' } },
    ),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
    promotedToId: id({
      references: 'Customer',
      managed: true,
      label: { zh: '转为客户', en: 'Promoted to' },
    }),
  },
  access: { by: 'company', writers: 'staff' },
});

export type ExternalOrganization = NonNullable<typeof ExternalOrganizationEntity.row>;
