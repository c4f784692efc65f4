import type { Snapshot } from '@crm/kit/event/snapshot';
import { affiliationSnapshot } from './affiliation/affiliation.events.ts';
import { interactionSnapshot } from './interaction/interaction.events.ts';
import { particularsSnapshot, personSnapshot } from './person/person.events.ts';

/** What others keep of this service's records. */
export const snapshots: readonly Snapshot[] = [
  personSnapshot,
  particularsSnapshot,
  affiliationSnapshot,
  interactionSnapshot,
];
