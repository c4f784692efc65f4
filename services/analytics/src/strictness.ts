import type { RowClass } from '@crm/kit/record/entity';
import { choice, type FieldClass } from '@crm/kit/record/field';

const classes = {
  PUBLIC: { zh: '公开', en: 'Public' },
  INTERNAL: { zh: '内部', en: 'Internal' },
  CONFIDENTIAL: { zh: '保密', en: 'Confidential' },
  PERSONAL: { zh: '个人信息', en: 'Personal' },
  SENSITIVE: { zh: '敏感', en: 'Sensitive' },
} as const;

const order: readonly FieldClass[] = [
  'PUBLIC',
  'INTERNAL',
  'CONFIDENTIAL',
  'PERSONAL',
  'SENSITIVE',
];

/** The most careful of the classes of what something is made of. */
export const strictest = (used: Iterable<FieldClass>): FieldClass =>
  [...used].reduce(
    (most, each) => (order.indexOf(each) > order.indexOf(most) ? each : most),
    'INTERNAL',
  );

/** What is made of such fields tells something of them: who is in it is told to those alone who may read them. */
export const isOpen = (fieldClass: FieldClass): boolean => openClasses.includes(fieldClass);

/** What everybody reads, partners too. */
export const openClasses: readonly FieldClass[] = ['PUBLIC', 'INTERNAL'];

/** A column of what the company made of fields: the strictest of their classes. */
export const classField = choice(classes, {
  required: true,
  managed: true,
  label: { zh: '密级', en: 'Class' },
});

export const hiddenByClass: readonly RowClass[] = order
  .filter((fieldClass) => !isOpen(fieldClass))
  .map((fieldClass) => ({
    class: fieldClass,
    when: (alias: string) => `${alias}.class = '${fieldClass}'`,
  }));
