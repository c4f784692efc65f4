import type { DataOf } from '@crm/kit/event/event';
import type { AffiliationStarted } from '@crm/schemas/events/affiliation';
import type { ConsentRecorded } from '@crm/schemas/events/consent';
import type { PersonCreated, PersonParticularsChanged } from '@crm/schemas/events/person';
import type { PreferenceChanged } from '@crm/schemas/events/preference';

/** What events tell of people, with what a test says of them. */
export const personData = (
  person: Partial<DataOf<typeof PersonCreated>> = {},
): DataOf<typeof PersonCreated> => ({
  code: 'P-1',
  name: '王建国',
  gender: 'MALE',
  status: 'ACTIVE',
  ownerId: null,
  teamId: null,
  ...person,
});

export const particularsData = (
  given: Partial<DataOf<typeof PersonParticularsChanged>> = {},
): DataOf<typeof PersonParticularsChanged> => ({
  birthday: null,
  contactPoints: [
    { kind: 'MOBILE', value: '13800000001', label: null, isPreferred: true },
    { kind: 'EMAIL', value: 'wang@example.cn', label: null, isPreferred: true },
  ],
  ...given,
});

export const affiliationData = (
  personId: string,
  customerId: string | null,
  given: Partial<DataOf<typeof AffiliationStarted>> = {},
): DataOf<typeof AffiliationStarted> => ({
  personId,
  customerId,
  externalOrganizationId: null,
  organizationName: null,
  roles: ['PRINCIPAL'],
  sequence: null,
  department: null,
  jobTitle: '总经理',
  isPrimary: true,
  isProxy: false,
  validFrom: null,
  validTo: null,
  endReason: null,
  ...given,
});

export const consentData = (
  personId: string,
  given: Partial<DataOf<typeof ConsentRecorded>> = {},
): DataOf<typeof ConsentRecorded> => ({
  personId,
  purpose: 'CARE',
  channel: null,
  status: 'GRANTED',
  lawfulBasis: 'CONSENT',
  at: '2026-01-01T00:00:00.000Z',
  reviewOn: null,
  ...given,
});

export const preferenceData = (
  personId: string,
  given: Partial<DataOf<typeof PreferenceChanged>> = {},
): DataOf<typeof PreferenceChanged> => ({
  personId,
  preferredChannels: [],
  doNotContact: [],
  quietHours: null,
  language: null,
  ...given,
});
