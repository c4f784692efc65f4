import { migration } from '@crm/kit/database/migration';

/** Version 7, in the order of time. */
const uuid = `UNHEX(CONCAT(LPAD(HEX(FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000)), 12, '0'),
  '7', SUBSTR(HEX(RANDOM_BYTES(2)), 2), '8', SUBSTR(HEX(RANDOM_BYTES(2)), 2), HEX(RANDOM_BYTES(6))))`;

const decision = (column: string): string => `(SELECT c.${column} FROM consent c
  WHERE c.personId = person.id AND c.purpose = 'MINOR_DATA' AND c.deletedAt IS NULL
  ORDER BY c.at DESC, c.id DESC LIMIT 1)`;

/** The consent of a guardian is a consent like others, of which the person shows what stands. */
export const uniteGuardianConsent = migration('UniteGuardianConsent_1796000000200', {
  up: [
    'ALTER TABLE consent ADD COLUMN guardianName VARCHAR(100) NULL',
    `UPDATE person SET guardianConsentGivenBy = NULL, guardianConsentGivenOn = NULL
     WHERE guardianConsentGivenOn IS NOT NULL AND ${decision('status')} <> 'GRANTED'`,
    `INSERT INTO consent (id, version, createdAt, createdById, updatedAt, updatedById, personId, purpose,
       status, lawfulBasis, source, at, guardianName)
     SELECT ${uuid}, 1, updatedAt, updatedById, updatedAt, updatedById, id, 'MINOR_DATA',
       'GRANTED', 'CONSENT', '联系人资料', guardianConsentGivenOn - INTERVAL 8 HOUR, guardianConsentGivenBy
     FROM person
     WHERE guardianConsentGivenOn IS NOT NULL AND guardianConsentGivenBy IS NOT NULL
       AND ${decision('id')} IS NULL`,
  ],
  down: [
    `DELETE FROM consent WHERE guardianName IS NOT NULL`,
    'ALTER TABLE consent DROP COLUMN guardianName',
  ],
});
