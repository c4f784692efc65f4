import { migration } from '@crm/kit/database/migration';

/** What a new company starts with; it may add, rename and retire terms as it likes. */
const terms: readonly (readonly [vocabulary: string, code: string, zh: string, en: string])[] = [
  ['competitor_category', 'MAJOR', '主要对手', 'Major'],
  ['competitor_category', 'GENERAL', '一般对手', 'General'],
  ['competitor_category', 'POTENTIAL', '潜在对手', 'Potential'],
  ['competitor_scale', 'LARGE', '大型', 'Large'],
  ['competitor_scale', 'MEDIUM', '中型', 'Medium'],
  ['competitor_scale', 'SMALL', '小型', 'Small'],
  ['competitor_scale', 'MICRO', '微型', 'Micro'],
];

const rows = terms.map(
  ([vocabulary, code, zh, en], at) =>
    `('${vocabulary}', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

export const seedVocabulary = migration('SeedVocabulary_1795478600000', {
  up: [
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${rows.join(', ')}`,
  ],
  down: ['DELETE FROM vocabularyTerm'],
});
