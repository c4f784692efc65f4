import { migration } from '@crm/kit/database/migration';
import { customerTerms } from '@crm/schemas/vocabularies';

const rows = customerTerms.map(
  ([vocabulary, code, zh, en], at) =>
    `('${vocabulary}', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

export const seedVocabulary = migration('SeedVocabulary_1795478600000', {
  up: [
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${rows.join(', ')}`,
  ],
  down: ['DELETE FROM vocabularyTerm'],
});
