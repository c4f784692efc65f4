import { migration } from '@crm/kit/database/migration';
import { customerTerms } from '@crm/schemas/vocabularies';

const rows = customerTerms.map(
  ([vocabulary, code, zh, en], at) =>
    `('${vocabulary}', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

/** What customers begins with; it tells what changes of it. */
export const seedTerms = migration('SeedTerms_1796057450000', {
  up: [
    `INSERT IGNORE INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${rows.join(', ')}`,
  ],
  down: ['DELETE FROM vocabularyTerm'],
});
