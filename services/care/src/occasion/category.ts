/** 常规关怀 and 特殊关怀. */
export const categories = {
  ROUTINE: { zh: '常规关怀', en: 'Routine care' },
  SPECIAL: { zh: '特殊关怀', en: 'Special care' },
} as const;

export type Category = keyof typeof categories;
