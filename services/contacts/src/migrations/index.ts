import { createProjections } from '@crm/kit/migrations/projections';
import { createCloseness } from './2026-11-29-create-closeness.ts';
import { createPerson } from './2026-11-24-create-person.ts';
import { createConsent } from './2026-11-29-create-consent.ts';
import { addPersonProfile } from './2026-11-29-add-person-profile.ts';
import { createDocument } from './2026-11-29-create-document.ts';
import { createDecisionMap } from './2026-11-29-create-decision-map.ts';
import { createPersonHistory } from './2026-11-29-create-person-history.ts';
import { createPersonShare } from './2026-11-29-create-person-share.ts';
import { createRelationship } from './2026-11-29-create-relationship.ts';
import { createTouchPlan } from './2026-11-29-create-touch-plan.ts';
import { extendInteraction } from './2026-11-29-extend-interaction.ts';
import { indexBirthdaysOfTeams } from './2026-11-30-index-birthdays-of-teams.ts';
import { indexBirthdays } from './2026-11-30-index-birthdays.ts';
import { purgeDocuments } from './2026-11-30-purge-documents.ts';
import { scanPersonKeys } from './2026-11-30-scan-person-keys.ts';
import { uniteGuardianConsent } from './2026-11-30-unite-guardian-consent.ts';

/** In the order they run. A released migration is never edited; a mistake gets a new one. */
export const migrations = [
  createProjections,
  createPerson,
  createRelationship,
  extendInteraction,
  createTouchPlan,
  createConsent,
  createCloseness,
  addPersonProfile,
  createDocument,
  indexBirthdays,
  createDecisionMap,
  createPersonHistory,
  createPersonShare,
  indexBirthdaysOfTeams,
  purgeDocuments,
  uniteGuardianConsent,
  scanPersonKeys,
];
