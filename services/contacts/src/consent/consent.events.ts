import type { Work } from '@crm/kit/record/command';
import { publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { ConsentRecorded, ConsentWithdrawn, type ConsentData } from '@crm/schemas/events/consent';
import { ConsentEntity, type Consent } from './consent.fields.ts';

/** A person may be at several customers, so the event names none. */
const customerId = (): null => null;

const data = (consent: Consent): ConsentData => ({
  personId: consent.personId,
  purpose: consent.purpose,
  channel: consent.channel,
  status: consent.status,
  lawfulBasis: consent.lawfulBasis,
  at: consent.at.toISOString(),
  reviewOn: consent.reviewOn,
});

export const consentsRecorded = (work: Work, rows: readonly Consent[]): Promise<void> =>
  publishRows(work, { type: ConsentRecorded, rows, customerId, data });

export const consentsWithdrawn = (work: Work, rows: readonly Consent[]): Promise<void> =>
  publishRows(work, { type: ConsentWithdrawn, rows, customerId, data });

export const consentSnapshot = snapshotOf({
  entity: ConsentEntity,
  type: ConsentRecorded,
  customerId,
  data,
});
