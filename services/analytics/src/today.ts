/** Today in the company's time zone, as SQL. */
export const today = "DATE(CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', '+08:00'))";
