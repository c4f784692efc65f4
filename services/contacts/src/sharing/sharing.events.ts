import { publishChanges, publishRows } from '@crm/kit/event/publish';
import { snapshotOf } from '@crm/kit/event/snapshot';
import { revokeGrants, saveGrants } from '@crm/kit/projection/share-grant';
import type { Work } from '@crm/kit/record/command';
import type { Change } from '@crm/kit/record/record';
import { PersonShareGranted, PersonShareRevoked } from '@crm/schemas/events/person-share';
import { PersonShareEntity, type PersonShare } from './sharing.fields.ts';

/** A person may be at several customers, so the event names none. */
const customerId = (): null => null;

const grantOf = ({ personId: resourceId, granteeId, access, expiresAt }: PersonShare) => ({
  resourceId,
  granteeId,
  access,
  expiresAt,
});

const data = ({ personId, granteeId, access, expiresAt }: PersonShare) => ({
  personId,
  granteeId,
  access,
  expiresAt: expiresAt?.toISOString() ?? null,
});

/** Has the grants hold at once, and tells of them. */
export async function personShared(work: Work, rows: readonly PersonShare[]): Promise<void> {
  await saveGrants(work.manager, rows.map(grantOf));
  await publishRows(work, { type: PersonShareGranted, rows, customerId, data });
}

export async function personShareRevoked(work: Work, rows: readonly PersonShare[]): Promise<void> {
  await revokeGrants(work.manager, rows.map(grantOf));
  await publishRows(work, {
    type: PersonShareRevoked,
    rows,
    customerId,
    data: ({ personId, granteeId }) => ({ personId, granteeId }),
  });
}

/** The person is known by another id now. What was revoked stays so. */
export async function personSharesMoved(
  work: Work,
  changes: readonly Change<PersonShare>[],
): Promise<void> {
  const inForce = changes.filter(({ after }) => after.revokedAt === null);
  await revokeGrants(
    work.manager,
    inForce.map(({ before }) => grantOf(before)),
  );
  await saveGrants(
    work.manager,
    inForce.map(({ after }) => grantOf(after)),
  );
  await publishChanges(work, {
    type: PersonShareGranted,
    changes: inForce,
    customerId,
    data: ({ after }) => data(after),
  });
}

export const personShareSnapshot = snapshotOf({
  entity: PersonShareEntity,
  type: PersonShareGranted,
  customerId,
  data,
  isTold: ({ revokedAt }) => revokedAt === null,
});
