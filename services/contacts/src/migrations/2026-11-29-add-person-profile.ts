import { migration } from '@crm/kit/database/migration';

/** What is known of a person beside the particulars, and what keeps the data of children. */
export const addPersonProfile = migration('AddPersonProfile_1795992557000', {
  up: [
    `ALTER TABLE person
      ADD COLUMN profilePersonality ENUM('GENTLE', 'OUTGOING', 'ECCENTRIC', 'ARROGANT') NULL,
      ADD COLUMN profileTemperament ENUM('STEADY', 'RETICENT', 'IMPATIENT', 'TALKATIVE') NULL,
      ADD COLUMN profileMaritalStatus ENUM('MARRIED', 'SINGLE', 'DIVORCED') NULL,
      ADD COLUMN profileInterests JSON NOT NULL DEFAULT (JSON_ARRAY()),
      ADD COLUMN profileBackground TEXT NULL,
      ADD COLUMN profileVerbalExpression ENUM('ARTICULATE', 'AVERAGE', 'INARTICULATE') NULL,
      ADD COLUMN profileThinkingStyle ENUM('PRUDENT', 'CONSERVATIVE', 'RADICAL') NULL,
      ADD COLUMN profileDrinking ENUM('HEAVY', 'MODERATE', 'NONE') NULL,
      ADD COLUMN profileSmoking ENUM('SMOKER', 'NON_SMOKER') NULL,
      ADD COLUMN profileOtherHabits TEXT NULL,
      ADD COLUMN profileStrengths TEXT NULL,
      ADD COLUMN profileWeaknesses TEXT NULL,
      ADD COLUMN profileSpecialSkills JSON NOT NULL DEFAULT (JSON_ARRAY()),
      ADD COLUMN profileHealth TEXT NULL,
      ADD COLUMN guardianConsentGivenBy VARCHAR(100) NULL,
      ADD COLUMN guardianConsentGivenOn DATE NULL,
      ADD COLUMN minorUntil DATE NULL`,
    // A day of the Chinese calendar is at most 81 days later by the Gregorian one.
    `UPDATE person SET minorUntil =
       MAKEDATE(birthdayYear + 14, 1) + INTERVAL COALESCE(birthdayMonth, 12) - 1 MONTH
       + INTERVAL COALESCE(birthdayDay, 31) - 1 DAY
       + INTERVAL IF(birthdayCalendar = 'CHINESE_LUNAR', 81, 0) DAY
     WHERE birthdayYear > YEAR(UTC_TIMESTAMP()) - 16`,
  ],
  down: [
    `ALTER TABLE person
      DROP COLUMN profilePersonality,
      DROP COLUMN profileTemperament,
      DROP COLUMN profileMaritalStatus,
      DROP COLUMN profileInterests,
      DROP COLUMN profileBackground,
      DROP COLUMN profileVerbalExpression,
      DROP COLUMN profileThinkingStyle,
      DROP COLUMN profileDrinking,
      DROP COLUMN profileSmoking,
      DROP COLUMN profileOtherHabits,
      DROP COLUMN profileStrengths,
      DROP COLUMN profileWeaknesses,
      DROP COLUMN profileSpecialSkills,
      DROP COLUMN profileHealth,
      DROP COLUMN guardianConsentGivenBy,
      DROP COLUMN guardianConsentGivenOn,
      DROP COLUMN minorUntil`,
  ],
});
