import { migration } from '@crm/kit/database/migration';

export const extendCompetitor = migration('ExtendCompetitor_1796010003000', {
  up: [
    `ALTER TABLE competitor
       ADD COLUMN competitiveStrength VARCHAR(64) NULL,
       ADD COLUMN contactIds JSON NULL,
       ADD COLUMN linkedCustomerId BINARY(16) NULL,
       ADD KEY byLinkedCustomer (linkedCustomerId)`,
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES
       ('competitor_strength', 'STRONGER', JSON_OBJECT('zh', '强于我方', 'en', 'Stronger than we are'), 0),
       ('competitor_strength', 'EQUAL', JSON_OBJECT('zh', '势均力敌', 'en', 'As strong as we are'), 1),
       ('competitor_strength', 'WEAKER', JSON_OBJECT('zh', '弱于我方', 'en', 'Weaker than we are'), 2)`,
  ],
  down: [
    "DELETE FROM vocabularyTerm WHERE vocabulary = 'competitor_strength'",
    `ALTER TABLE competitor DROP KEY byLinkedCustomer, DROP COLUMN linkedCustomerId,
       DROP COLUMN contactIds, DROP COLUMN competitiveStrength`,
  ],
});
