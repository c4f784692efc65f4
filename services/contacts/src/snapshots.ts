import type { Snapshot } from '@crm/kit/event/snapshot';
import { affiliationSnapshot } from './affiliation/affiliation.events.ts';
import { consentSnapshot } from './consent/consent.events.ts';
import { interactionSnapshot } from './interaction/interaction.events.ts';
import { particularsSnapshot, personSnapshot } from './person/person.events.ts';
import { preferenceSnapshot } from './preference/preference.events.ts';
import { kinSnapshot } from './relationship/relationship.events.ts';
import { personShareSnapshot } from './sharing/sharing.events.ts';

/** What others keep of this service's records. */
export const snapshots: readonly Snapshot[] = [
  personSnapshot,
  particularsSnapshot,
  affiliationSnapshot,
  interactionSnapshot,
  preferenceSnapshot,
  consentSnapshot,
  kinSnapshot,
  personShareSnapshot,
];
