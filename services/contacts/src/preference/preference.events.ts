import type { Work } from '@crm/kit/record/command';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import type { Change } from '@crm/kit/record/record';
import { PreferenceChanged, type PreferenceData } from '@crm/schemas/events/preference';
import { ContactPreferenceEntity, type ContactPreference } from './preference.fields.ts';

/** A person may be at several customers, so the event names none. */
const customerId = (): null => null;

const data = (preference: ContactPreference): PreferenceData => ({
  personId: preference.personId,
  preferredChannels: [...preference.preferredChannels],
  doNotContact: [...preference.doNotContact],
  quietHours: preference.quietHours,
  language: preference.language,
});

export const preferenceSet = (work: Work, preference: ContactPreference): Promise<void> =>
  publishRows(work, { type: PreferenceChanged, rows: [preference], customerId, data });

export const preferenceChanged = (
  work: Work,
  changes: readonly Change<ContactPreference>[],
): Promise<void> =>
  publishChanges(work, {
    type: PreferenceChanged,
    changes,
    customerId,
    data: ({ after }) => data(after),
  });

export const preferenceSnapshot = snapshotOf({
  entity: ContactPreferenceEntity,
  type: PreferenceChanged,
  customerId,
  data,
});
