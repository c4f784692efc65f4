import { migration } from '@crm/kit/database/migration';
import { stampColumns } from './columns.ts';

/** What a new company starts with; it may add, rename and retire kinds as it likes. */
const kinds: readonly (readonly [code: string, zh: string, en: string])[] = [
  ['QUALITY', '质量管理', 'Quality management'],
  ['ENVIRONMENT', '环境管理', 'Environmental management'],
  ['SAFETY', '安全生产', 'Work safety'],
  ['HIGH_TECH', '高新技术企业', 'High-tech enterprise'],
  ['LICENCE', '行业许可', 'Trade licence'],
  ['CONSTRUCTION', '建筑业资质', 'Construction qualification'],
  ['OTHER', '其他', 'Other'],
];

const kindRows = kinds.map(
  ([code, zh, en], at) =>
    `('qualification_kind', '${code}', JSON_OBJECT('zh', '${zh}', 'en', '${en}'), ${at})`,
);

/** The column `customer.qualifications`, which held them before, is read no more. */
export const createQualification = migration('CreateQualification_1795949100000', {
  up: [
    `CREATE TABLE qualification (${stampColumns},
      customerId BINARY(16) NOT NULL,
      kind VARCHAR(64) NULL,
      name VARCHAR(200) COLLATE utf8mb4_zh_0900_as_cs NOT NULL,
      grade VARCHAR(100) NULL,
      number VARCHAR(100) NULL,
      issuer VARCHAR(200) NULL,
      validFrom DATE NULL,
      validUntil DATE NULL,
      KEY byCustomer (customerId, id),
      KEY byExpiry (validUntil, id),
      KEY byKind (kind, validUntil, id),
      KEY byNumber (number, id),
      KEY byName (name, id)
    )`,
    `INSERT INTO qualification
       (id, version, createdAt, updatedAt, customerId, name, grade, number, issuer, validUntil)
     SELECT UUID_TO_BIN(UUID()), 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), customer.id,
       LEFT(entry.name, 200), LEFT(entry.grade, 100), LEFT(entry.number, 100),
       LEFT(entry.issuer, 200), entry.validUntil
     FROM customer
     JOIN JSON_TABLE(customer.qualifications, '$[*]' COLUMNS (
       name TEXT PATH '$.name', grade TEXT PATH '$.grade', number TEXT PATH '$.number',
       issuer TEXT PATH '$.issuer', validUntil DATE PATH '$.validUntil' NULL ON ERROR
     )) AS entry
     WHERE entry.name IS NOT NULL`,
    `INSERT INTO vocabularyTerm (vocabulary, code, labels, sortOrder) VALUES ${kindRows.join(', ')}`,
  ],
  down: [
    "DELETE FROM vocabularyTerm WHERE vocabulary = 'qualification_kind'",
    'DROP TABLE qualification',
  ],
});
