/** The columns of `stamps` in the kit, and what makes unique values free after a delete. */
export const stamps = `
  id BINARY(16) NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL,
  createdAt DATETIME(3) NOT NULL,
  createdById BINARY(16) NULL,
  updatedAt DATETIME(3) NOT NULL,
  updatedById BINARY(16) NULL,
  deletedAt DATETIME(3) NULL,
  customFields JSON NULL,
  live TINYINT GENERATED ALWAYS AS (IF(deletedAt IS NULL, 1, NULL)) VIRTUAL`;
