import { migration } from '@crm/kit/database/migration';

/** Birthdays of the people whom a member of staff answers for. */
export const indexBirthdays = migration('IndexBirthdays_1795992600500', {
  up: [
    `ALTER TABLE person
      ADD KEY byOwnerAndBirthday (ownerId, birthdayMonth, birthdayDay, birthdayCalendar, id)`,
  ],
  down: ['ALTER TABLE person DROP KEY byOwnerAndBirthday'],
});
