import { createProjections } from '@crm/kit/migrations/projections';
import { createAlert } from './2026-11-24-create-alert.ts';
import { createPulse } from './2026-11-24-create-pulse.ts';
import { createCarePlan } from './2026-11-30-create-care-plan.ts';
import { createCareTask } from './2026-11-30-create-care-task.ts';
import { createOccasion } from './2026-11-30-create-occasion.ts';
import { createPersonPulse } from './2026-11-30-create-person-pulse.ts';
import { seedOccasions } from './2026-11-30-seed-occasions.ts';
import { seedAlertRules } from './2026-11-24-seed-alert-rules.ts';
import { createMessageTemplate } from './2026-11-30-create-message-template.ts';
import { createDelivery } from './2026-11-30-create-delivery.ts';
import { addBirthdayAlerts } from './2026-11-30-add-birthday-alerts.ts';
import { addAlertKinds } from './2026-11-30-add-alert-kinds.ts';
import { classAlerts } from './2026-11-30-class-alerts.ts';
import { createCalendarFeed } from './2026-11-30-create-calendar-feed.ts';
import { createLetterFile } from './2026-11-30-create-letter-file.ts';
import { createCampaign } from './2026-11-30-create-campaign.ts';
import { createSurvey } from './2026-11-30-create-survey.ts';
import { nameFamilyBirthday } from './2026-11-30-name-family-birthday.ts';
import { routeMissingOwners } from './2026-11-30-route-missing-owners.ts';
import { seedMoreAlertRules } from './2026-11-30-seed-more-alert-rules.ts';
import { seedPhrases } from './2026-11-30-seed-phrases.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createProjections,
  createPulse,
  createAlert,
  seedAlertRules,
  createPersonPulse,
  createOccasion,
  seedOccasions,
  createCareTask,
  createCarePlan,
  createMessageTemplate,
  seedPhrases,
  createDelivery,
  nameFamilyBirthday,
  addAlertKinds,
  seedMoreAlertRules,
  createSurvey,
  createCampaign,
  createLetterFile,
  createCalendarFeed,
  addBirthdayAlerts,
  routeMissingOwners,
  classAlerts,
];
