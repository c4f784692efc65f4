import type { RowClass } from './entity.ts';
import { choice, type FieldClass } from './field.ts';

const classes = {
  PUBLIC: { zh: '公开', en: 'Public' },
  INTERNAL: { zh: '内部', en: 'Internal' },
  CONFIDENTIAL: { zh: '保密', en: 'Confidential' },
  PERSONAL: { zh: '个人信息', en: 'Personal' },
  SENSITIVE: { zh: '敏感', en: 'Sensitive' },
} as const;

/** From open to careful. */
export const classOrder: readonly FieldClass[] = [
  'PUBLIC',
  'INTERNAL',
  'CONFIDENTIAL',
  'PERSONAL',
  'SENSITIVE',
];

/** What everybody reads, partners too. */
export const openClasses: readonly FieldClass[] = ['PUBLIC', 'INTERNAL'];

/** What is made of such fields tells something of them: who is in it is told to those alone who may read them. */
export const isOpen = (fieldClass: FieldClass): boolean => openClasses.includes(fieldClass);

/** A column of what is made of fields: the strictest of their classes. */
export const classField = choice(classes, {
  required: true,
  managed: true,
  label: { zh: '密级', en: 'Class' },
});

/** Hides rows as their column `class` says. */
export const hiddenByClass: readonly RowClass[] = classOrder
  .filter((fieldClass) => !isOpen(fieldClass))
  .map((fieldClass) => ({
    class: fieldClass,
    when: (alias: string) => `${alias}.class = '${fieldClass}'`,
  }));
