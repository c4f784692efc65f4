import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, term, text } from '@crm/kit/record/field';

/** Today in the company's time zone. */
const today = "DATE(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+08:00'))";

/** A certificate that a customer holds. */
export const QualificationEntity = defineEntity('Qualification', {
  fields: {
    customerId: id({
      required: true,
      references: 'Customer',
      label: { zh: '客户', en: 'Customer' },
    }),
    kind: term({ vocabulary: 'qualification_kind', label: { zh: '资质类别', en: 'Kind' } }),
    name: text({ max: 200, required: true, label: { zh: '资质名称', en: 'Name' } }),
    grade: text({ max: 100, label: { zh: '等级', en: 'Grade' } }),
    number: text({ max: 100, label: { zh: '证书编号', en: 'Number' } }),
    issuer: text({ max: 200, label: { zh: '发证机关', en: 'Issuer' } }),
    validFrom: date({ label: { zh: '生效日期', en: 'Valid from' } }),
    validUntil: date({ label: { zh: '有效期至', en: 'Valid until' } }),
    status: choice(
      {
        VALID: { zh: '有效', en: 'Valid' },
        NOT_YET_VALID: { zh: '未生效', en: 'Not yet valid' },
        EXPIRED: { zh: '已过期', en: 'Expired' },
      },
      {
        required: true,
        label: { zh: '状态', en: 'Status' },
        sql: (alias: string) =>
          `CASE WHEN ${alias}.validUntil < ${today} THEN 'EXPIRED' WHEN ${alias}.validFrom > ${today} THEN 'NOT_YET_VALID' ELSE 'VALID' END`,
      },
    ),
  },
  access: { by: 'parent', column: 'customerId', table: 'customer' },
});

export type Qualification = NonNullable<typeof QualificationEntity.row>;
