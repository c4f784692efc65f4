import { migration } from '@crm/kit/database/migration';
import { kinshipSeed } from './kinship-seed.ts';
import { stamps } from './stamps.ts';

type SeedType = {
  readonly category: 'FAMILY' | 'INFLUENCE' | 'SOCIAL' | 'WORK';
  readonly code: string;
  readonly inverse?: string;
  readonly words: readonly [zh: string, en: string];
  readonly inverseWords?: readonly [zh: string, en: string];
  readonly strength: number;
  readonly isAcyclic?: boolean;
  readonly isHierarchical?: boolean;
  readonly isCareRelevant?: boolean;
};

/** What a new company starts with; it may add, rename and retire types as it likes. */
const types: readonly SeedType[] = [
  {
    category: 'WORK',
    code: 'REPORTS_TO',
    inverse: 'REPORTED_TO_BY',
    words: ['汇报对象', 'Reports to'],
    inverseWords: ['下属', 'Is reported to by'],
    strength: 70,
    isAcyclic: true,
    isHierarchical: true,
  },
  {
    category: 'WORK',
    code: 'SUPERIOR_OF',
    inverse: 'SUBORDINATE_OF',
    words: ['上级主管', 'Superior of'],
    inverseWords: ['下级', 'Subordinate of'],
    strength: 70,
    isAcyclic: true,
    isHierarchical: true,
  },
  {
    category: 'WORK',
    code: 'ASSISTANT_OF',
    inverse: 'ASSISTED_BY',
    words: ['助理/秘书', 'Assistant of'],
    inverseWords: ['由其协助', 'Assisted by'],
    strength: 75,
  },
  {
    category: 'WORK',
    code: 'COLLEAGUE_OF',
    words: ['同事', 'Colleague of'],
    strength: 45,
  },
  {
    category: 'INFLUENCE',
    code: 'INFLUENCES',
    inverse: 'INFLUENCED_BY',
    words: ['影响', 'Influences'],
    inverseWords: ['受其影响', 'Influenced by'],
    strength: 70,
  },
  {
    category: 'FAMILY',
    code: 'SPOUSE_OF',
    words: ['配偶', 'Spouse of'],
    strength: 95,
    isCareRelevant: true,
  },
  {
    category: 'FAMILY',
    code: 'PARENT_OF',
    inverse: 'CHILD_OF',
    words: ['父母', 'Parent of'],
    inverseWords: ['子女', 'Child of'],
    strength: 90,
    isAcyclic: true,
    isCareRelevant: true,
  },
  {
    category: 'FAMILY',
    code: 'RELATIVE_OF',
    inverse: 'HAS_RELATIVE',
    words: ['亲属', 'Relative of'],
    inverseWords: ['有亲属', 'Has a relative'],
    strength: 70,
    isCareRelevant: true,
  },
  { category: 'SOCIAL', code: 'FRIEND_OF', words: ['朋友', 'Friend of'], strength: 60 },
  { category: 'SOCIAL', code: 'SCHOOLMATE_OF', words: ['同学', 'Schoolmate of'], strength: 50 },
  {
    category: 'SOCIAL',
    code: 'TOWNSMAN_OF',
    words: ['老乡', 'From the same town as'],
    strength: 40,
  },
];

const rowOf = (type: SeedType, at: number): string => {
  const isSymmetric = type.inverse === undefined;
  const [zh, en] = type.words;
  const [inverseZh, inverseEn] = type.inverseWords ?? type.words;
  const flags = [isSymmetric, type.isAcyclic, type.isHierarchical, type.isCareRelevant];
  return `(UUID_TO_BIN('01930000-0000-7000-8001-0000000000${String(at + 1).padStart(2, '0')}'), 1,
    UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), '${type.category}', '${type.code}', '${type.inverse ?? type.code}',
    '${zh}', '${en}', '${inverseZh}', '${inverseEn}', ${type.strength}, ${at}, 1,
    ${flags.map((flag) => (flag ? 1 : 0)).join(', ')})`;
};

const category = "category ENUM('WORK', 'FAMILY', 'INFLUENCE', 'SOCIAL') NOT NULL";

/**
 * A relationship has a row for each of its two sides, the strongest first of all that a person has:
 * whoever looks for ways through people reads nothing else.
 */
export const createRelationship = migration('CreateRelationship_1795960000000', {
  up: [
    `CREATE TABLE relationshipType (${stamps},
      code VARCHAR(64) NOT NULL,
      inverseCode VARCHAR(64) NOT NULL,
      ${category},
      labelsZh VARCHAR(100) NOT NULL,
      labelsEn VARCHAR(100) NOT NULL,
      inverseLabelsZh VARCHAR(100) NOT NULL,
      inverseLabelsEn VARCHAR(100) NOT NULL,
      symmetric TINYINT(1) NOT NULL,
      hierarchical TINYINT(1) NOT NULL,
      acyclic TINYINT(1) NOT NULL,
      defaultStrength TINYINT UNSIGNED NOT NULL,
      careRelevant TINYINT(1) NOT NULL,
      \`order\` INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live),
      UNIQUE KEY unique_inverseCode (inverseCode, live)
    )`,
    `CREATE TABLE personRelationship (${stamps},
      type VARCHAR(64) NOT NULL,
      ${category},
      fromId BINARY(16) NOT NULL,
      toId BINARY(16) NOT NULL,
      kinship VARCHAR(64) NULL,
      strength TINYINT UNSIGNED NOT NULL,
      reason VARCHAR(1000) NULL,
      note VARCHAR(2000) NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      source VARCHAR(64) NULL,
      externalRef VARCHAR(100) NULL,
      confidence TINYINT UNSIGNED NULL,
      UNIQUE KEY unique_externalRef (externalRef, source, live),
      KEY byStart (fromId, type, id),
      KEY byEnd (toId, type, id),
      KEY byUpdate (updatedAt, id)
    )`,
    `CREATE TABLE personEdge (
      personId BINARY(16) NOT NULL,
      weakness TINYINT UNSIGNED NOT NULL,
      relationshipId BINARY(16) NOT NULL,
      otherId BINARY(16) NOT NULL,
      ${category},
      direction ENUM('OUT', 'IN', 'BOTH') NOT NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      strength TINYINT UNSIGNED GENERATED ALWAYS AS (100 - weakness) VIRTUAL,
      PRIMARY KEY (personId, weakness, relationshipId)
    )`,
    `INSERT INTO relationshipType (id, version, createdAt, updatedAt, category, code, inverseCode,
       labelsZh, labelsEn, inverseLabelsZh, inverseLabelsEn, defaultStrength, \`order\`, active,
       symmetric, acyclic, hierarchical, careRelevant)
     VALUES ${types.map(rowOf).join(', ')}`,
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${kinshipSeed
      .map(
        ([code, zh, en], at) =>
          `('kinship', '${code}', JSON_OBJECT('zh', '${zh}', 'en', "${en}"), ${at})`,
      )
      .join(', ')}`,
  ],
  down: [
    "DELETE FROM vocabularyTerm WHERE vocabulary = 'kinship'",
    'DROP TABLE personEdge',
    'DROP TABLE personRelationship',
    'DROP TABLE relationshipType',
  ],
});
