import { defineEntity } from '@crm/kit/record/entity';
import { choice, dateTime, id, text } from '@crm/kit/record/field';
import { byPerson } from '../person/person-access.ts';

/** The right of somebody to read or change one person. One record for the two, used again. */
export const PersonShareEntity = defineEntity('PersonShare', {
  fields: {
    personId: id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } }),
    granteeKind: choice(
      {
        STAFF: { zh: '员工', en: 'Member of staff' },
        TEAM: { zh: '团队', en: 'Team' },
        PARTNER: { zh: '合作伙伴', en: 'Partner' },
      },
      { required: true, label: { zh: '共享对象类别', en: 'Kind of grantee' } },
    ),
    granteeId: id({ required: true, label: { zh: '共享对象', en: 'Grantee' } }),
    access: choice(
      { READ: { zh: '查看', en: 'Read' }, WRITE: { zh: '修改', en: 'Write' } },
      { required: true, label: { zh: '权限', en: 'Access' } },
    ),
    expiresAt: dateTime({ label: { zh: '到期时间', en: 'Expires' } }),
    revokedAt: dateTime({ managed: true, label: { zh: '撤销时间', en: 'Revoked' } }),
    note: text({ max: 500, label: { zh: '说明', en: 'Note' } }),
  },
  access: byPerson(),
});

export type PersonShare = NonNullable<typeof PersonShareEntity.row>;
