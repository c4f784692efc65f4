import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

type SeedType = readonly [
  code: string,
  inverseCode: string,
  zh: string,
  en: string,
  inverseZh: string,
  inverseEn: string,
  shape: 'ACYCLIC' | 'DIRECTED' | 'HIERARCHICAL' | 'SYMMETRIC',
];

/** What a new company starts with; it may add, rename and retire types as it likes. */
const types: readonly SeedType[] = [
  [
    'SUBSIDIARY_OF',
    'PARENT_OF',
    '隶属于',
    'Subsidiary of',
    '下属单位',
    'Parent of',
    'HIERARCHICAL',
  ],
  ['SUPERVISED_BY', 'SUPERVISES', '上级主管部门', 'Supervised by', '主管', 'Supervises', 'ACYCLIC'],
  ['INVESTED_BY', 'INVESTS_IN', '投资方', 'Invested by', '参股', 'Invests in', 'ACYCLIC'],
  ['PARTNER_OF', 'PARTNER_OF', '合作方', 'Partner of', '合作方', 'Partner of', 'SYMMETRIC'],
  ['RIVAL_OF', 'RIVAL_OF', '竞争对手', 'Rival of', '竞争对手', 'Rival of', 'SYMMETRIC'],
  ['SUPPLIES', 'SUPPLIED_BY', '供货给', 'Supplies', '供货方', 'Supplied by', 'DIRECTED'],
  [
    'AFFILIATED_WITH',
    'AFFILIATED_WITH',
    '关联单位',
    'Affiliated with',
    '关联单位',
    'Affiliated with',
    'SYMMETRIC',
  ],
];

const typeRows = types.map(
  ([code, inverseCode, zh, en, inverseZh, inverseEn, shape], at) =>
    `(UUID_TO_BIN('01930000-0000-7000-8000-00000000000${at + 1}'), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
      '${code}', '${inverseCode}', '${zh}', '${en}', '${inverseZh}', '${inverseEn}', '${shape}', ${at}, 1)`,
);

const party = "ENUM('CUSTOMER', 'EXTERNAL') NOT NULL";

/** A relation has a row for each of its two sides, by which it is found from either. */
export const createRelation = migration('CreateRelation_1795948500000', {
  up: [
    `CREATE TABLE externalOrganization (${stampColumns},
      name VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      kind ENUM('COMPANY', 'AUTHORITY', 'SCHOOL', 'OTHER') NOT NULL,
      note VARCHAR(2000) NULL,
      promotedToId BINARY(16) NULL,
      KEY byName (name, id),
      KEY byKind (kind, id)
    )`,
    `CREATE TABLE relationType (${stampColumns},
      code VARCHAR(64) NOT NULL,
      inverseCode VARCHAR(64) NOT NULL,
      labelsZh VARCHAR(100) NOT NULL,
      labelsEn VARCHAR(100) NOT NULL,
      inverseLabelsZh VARCHAR(100) NOT NULL,
      inverseLabelsEn VARCHAR(100) NOT NULL,
      shape ENUM('SYMMETRIC', 'DIRECTED', 'ACYCLIC', 'HIERARCHICAL') NOT NULL,
      \`order\` INT NOT NULL,
      active TINYINT(1) NOT NULL,
      UNIQUE KEY unique_code (code, live),
      UNIQUE KEY unique_inverseCode (inverseCode, live)
    )`,
    `CREATE TABLE customerRelation (${stampColumns},
      type VARCHAR(64) NOT NULL,
      fromId BINARY(16) NOT NULL,
      fromKind ${party},
      toId BINARY(16) NOT NULL,
      toKind ${party},
      situation VARCHAR(2000) NULL,
      strength VARCHAR(2000) NULL,
      strategy VARCHAR(2000) NULL,
      note VARCHAR(2000) NULL,
      source VARCHAR(64) NULL,
      validFrom DATE NULL,
      validTo DATE NULL,
      KEY byStart (fromId, type, id),
      KEY byEnd (toId, type, id),
      KEY byType (type, id),
      KEY byUpdate (updatedAt, id),
      CHECK (fromId <> toId)
    )`,
    `CREATE TABLE customerRelationSide (
      partyId BINARY(16) NOT NULL,
      relationId BINARY(16) NOT NULL,
      name VARCHAR(64) NOT NULL,
      direction ENUM('OUT', 'IN', 'BOTH') NOT NULL,
      PRIMARY KEY (partyId, relationId),
      KEY byRelation (relationId)
    )`,
    `INSERT INTO relationType (id, version, createdAt, updatedAt, code, inverseCode, labelsZh, labelsEn,
       inverseLabelsZh, inverseLabelsEn, shape, \`order\`, active) VALUES ${typeRows.join(', ')}`,
  ],
  down: [
    'DROP TABLE customerRelationSide',
    'DROP TABLE customerRelation',
    'DROP TABLE relationType',
    'DROP TABLE externalOrganization',
  ],
});
