import type { Work } from '@crm/kit/record/command';
import { addDays } from '@crm/kit/day';
import type { EventType } from '@crm/kit/event/event';
import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { companyDate } from '@crm/kit/record/criteria';
import { isActiveOn } from '@crm/kit/record/period';
import type { Change } from '@crm/kit/record/record';
import {
  AffiliationChanged,
  AffiliationEnded,
  AffiliationPromoted,
  AffiliationRemoved,
  AffiliationRestored,
  AffiliationStarted,
  type AffiliationData,
} from '@crm/schemas/events/affiliation';
import { endNodesOf } from '../decision-map/decision-map.commands.ts';
import { AffiliationEntity, type Affiliation } from './affiliation.fields.ts';
import type { Promotion } from './promotion.fields.ts';

const customerId = (affiliation: Affiliation): string | null => affiliation.customerId;

export const affiliationStarted = (work: Work, rows: readonly Affiliation[]): Promise<void> =>
  publishRows(work, { type: AffiliationStarted, rows, customerId, data });

const changed =
  (type: EventType<AffiliationData>) =>
  (work: Work, changes: readonly Change<Affiliation>[]): Promise<void> =>
    publishChanges(work, { type, changes, customerId, data: ({ after }) => data(after) });

type Changed = ReturnType<typeof changed>;

/** Who is no more at a customer decides no more there. */
const withNodesEnded =
  (tell: Changed): Changed =>
  async (work, changes) => {
    await tell(work, changes);
    await endNodesOf(
      work,
      changes
        .filter(({ changedFields }) => changedFields.includes('validTo'))
        .map(({ after }) => after),
    );
  };

export const affiliationChanged = withNodesEnded(changed(AffiliationChanged));
export const affiliationEnded = withNodesEnded(changed(AffiliationEnded));

export const affiliationRemoved = (work: Work, rows: readonly Affiliation[]): Promise<void> =>
  publishRows(work, { type: AffiliationRemoved, rows, customerId, data: () => ({}) });

/** Taken back: whoever was there until now decides no more there, not even today. */
export async function affiliationWithdrawn(
  work: Work,
  rows: readonly Affiliation[],
): Promise<void> {
  await affiliationRemoved(work, rows);
  const today = companyDate(work.now);
  await endNodesOf(
    work,
    rows
      .filter((row) => isActiveOn(row, today))
      .map((row) => ({ ...row, validTo: addDays(today, -1) })),
  );
}

export const affiliationRestored = (work: Work, rows: readonly Affiliation[]): Promise<void> =>
  publishRows(work, { type: AffiliationRestored, rows, customerId, data });

export const affiliationPromoted = (
  work: Work,
  changes: readonly Change<Affiliation>[],
  { promotedOn, oldTitle, newTitle }: Promotion,
): Promise<void> =>
  publishChanges(work, {
    type: AffiliationPromoted,
    changes,
    customerId,
    data: ({ after }) => ({ ...data(after), promotedOn, oldTitle, newTitle }),
  });

const data = (affiliation: Affiliation): AffiliationData => ({
  personId: affiliation.personId,
  customerId: affiliation.customerId,
  externalOrganizationId: affiliation.externalOrganizationId,
  organizationName: affiliation.organizationName,
  roles: [...affiliation.roles],
  sequence: affiliation.sequence,
  department: affiliation.department,
  jobTitle: affiliation.jobTitle,
  isPrimary: affiliation.isPrimary,
  isProxy: affiliation.isProxy,
  validFrom: affiliation.validFrom,
  validTo: affiliation.validTo,
  endReason: affiliation.endReason,
});

export const affiliationSnapshot = snapshotOf({
  entity: AffiliationEntity,
  type: AffiliationStarted,
  customerId,
  data,
});
