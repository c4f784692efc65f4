import { defineEntity } from '@crm/kit/record/entity';
import { choice, date, id, text } from '@crm/kit/record/field';
import { byPerson } from '../person/person-access.ts';

const personal = { class: 'PERSONAL' } as const;

const personId = id({ required: true, names: 'Person', label: { zh: '联系人', en: 'Person' } });
const from = date({ label: { zh: '开始日期', en: 'From' }, ...personal });
const to = date({ label: { zh: '结束日期', en: 'To' }, ...personal });

/** Where a person went, or goes, to school. */
export const EducationRecordEntity = defineEntity('EducationRecord', {
  fields: {
    personId,
    school: text({ max: 200, label: { zh: '学校名称', en: 'School' }, ...personal }),
    level: choice(
      {
        POSTGRADUATE: { zh: '研究生', en: 'Postgraduate' },
        BACHELOR: { zh: '大学', en: 'Bachelor' },
        ASSOCIATE: { zh: '大专', en: 'Associate' },
        SECONDARY_VOCATIONAL: { zh: '中专', en: 'Secondary vocational' },
        HIGH_SCHOOL: { zh: '高中', en: 'High school' },
        JUNIOR_HIGH_OR_BELOW: { zh: '初中以下', en: 'Junior high or below' },
      },
      { label: { zh: '学历', en: 'Education level' }, ...personal },
    ),
    major: text({ max: 200, label: { zh: '专业', en: 'Major' }, ...personal }),
    grade: text({ max: 50, label: { zh: '年级', en: 'Grade' }, ...personal }),
    from,
    to,
  },
  access: byPerson(),
});

export type EducationRecord = NonNullable<typeof EducationRecordEntity.row>;

/** Where a person worked before we knew of it as an affiliation. */
export const CareerRecordEntity = defineEntity('CareerRecord', {
  fields: {
    personId,
    employer: text({ max: 200, label: { zh: '单位', en: 'Employer' }, ...personal }),
    title: text({ max: 100, label: { zh: '职务', en: 'Title' }, ...personal }),
    note: text({ max: 1000, label: { zh: '说明', en: 'Note' }, ...personal }),
    from,
    to,
  },
  access: byPerson(),
});

export type CareerRecord = NonNullable<typeof CareerRecordEntity.row>;
