/** Whether a person is a child today, as a condition on the row `alias`. */
export const minorSql = (alias: string): string =>
  `(${alias}.minorUntil IS NOT NULL
    AND ${alias}.minorUntil > DATE(UTC_TIMESTAMP() + INTERVAL 8 HOUR))`;
