import { defineEntity } from '@crm/kit/record/entity';
import { date, id, int, term, text } from '@crm/kit/record/field';
import { minorSql } from '../person/minor.ts';
import { PersonEntity } from '../person/person.fields.ts';
import { category } from './relationship-type.fields.ts';

const isFamily = (alias: string): string => `${alias}.category = 'FAMILY'`;

/** A value of one row by its id: `EXISTS`, or `IN` of both ids, may read everybody instead. */
const isChild = (column: string): string =>
  `COALESCE((SELECT ${minorSql('child')} FROM person child WHERE child.id = ${column}), FALSE)`;

/**
 * How one person is related to another, in the direction that its type is named for: `from` is the
 * assistant of `to`. Whoever may read one of both may read it; relations within families are
 * personal, and those of children sensitive.
 */
export const PersonRelationshipEntity = defineEntity('PersonRelationship', {
  fields: {
    type: text({ max: 64, required: true, label: { zh: '关系类型', en: 'Type' } }),
    category: { ...category, managed: true },
    fromId: id({ required: true, names: 'Person', label: { zh: '关系人', en: 'From' } }),
    toId: id({ required: true, names: 'Person', label: { zh: '对方', en: 'To' } }),
    kinship: term({ vocabulary: 'kinship', label: { zh: '称谓', en: 'Kinship' } }),
    strength: int({ required: true, label: { zh: '强度', en: 'Strength' } }),
    reason: text({ max: 1000, label: { zh: '产生影响的原因', en: 'Reason' } }),
    note: text({ max: 2000, label: { zh: '备注', en: 'Note' } }),
    validFrom: date({ label: { zh: '开始日期', en: 'From day' } }),
    validTo: date({ label: { zh: '结束日期', en: 'To day' } }),
    source: text({ max: 64, label: { zh: '来源', en: 'Source' } }),
    externalRef: text({ max: 100, label: { zh: '外部编号', en: 'External reference' } }),
    confidence: int({ label: { zh: '可信度', en: 'Confidence' } }),
  },
  access: {
    by: 'any',
    of: [
      { by: 'record', column: 'fromId', of: () => PersonEntity },
      { by: 'record', column: 'toId', of: () => PersonEntity },
    ],
  },
  rowClasses: [
    { class: 'PERSONAL', when: isFamily },
    {
      class: 'SENSITIVE',
      when: (alias) =>
        `${isFamily(alias)} AND (${isChild(`${alias}.fromId`)} OR ${isChild(`${alias}.toId`)})`,
    },
  ],
});

export type PersonRelationship = NonNullable<typeof PersonRelationshipEntity.row>;

/** A relationship as it was reached from one of both; by itself it is seen from `from`. */
export type SeenRelationship = PersonRelationship & { readonly seenFromId?: string };
