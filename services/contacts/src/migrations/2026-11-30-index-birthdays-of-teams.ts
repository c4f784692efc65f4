import { migration } from '@crm/kit/database/migration';

/** Birthdays of the people whom teams answer for. */
export const indexBirthdaysOfTeams = migration('IndexBirthdaysOfTeams_1795996800000', {
  up: [
    `ALTER TABLE person
      ADD KEY byTeamAndBirthday (teamId, birthdayMonth, birthdayDay, birthdayCalendar, id)`,
  ],
  down: ['ALTER TABLE person DROP KEY byTeamAndBirthday'],
});
