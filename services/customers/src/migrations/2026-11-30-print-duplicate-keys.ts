import { migration } from '@crm/kit/database/migration';

/**
 * A key is compared and never shown, so eight bytes of its hash are kept: the least rows can be, in
 * one index, for there are six of them to each customer.
 */
export const printDuplicateKeys = migration('PrintDuplicateKeys_1796040000000', {
  up: [
    `CREATE TABLE duplicatePrint (
      print BINARY(8) NOT NULL,
      customerId BINARY(16) NOT NULL,
      PRIMARY KEY (print, customerId)
    )`,
    `INSERT IGNORE INTO duplicatePrint (print, customerId)
     SELECT LEFT(UNHEX(SHA2(CONCAT(field, ' ', value), 256)), 8), customerId FROM duplicateKey`,
    'DROP TABLE duplicateKey',
  ],
  down: [
    `CREATE TABLE duplicateKey (
      field VARCHAR(20) COLLATE utf8mb4_bin NOT NULL,
      value VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
      customerId BINARY(16) NOT NULL,
      PRIMARY KEY (field, value, customerId),
      KEY byCustomer (customerId)
    )`,
    'DROP TABLE duplicatePrint',
  ],
});
