import { publishRows } from '@crm/kit/event/publish';
import { revokeGrants, saveGrants } from '@crm/kit/projection/share-grant';
import type { Work } from '@crm/kit/record/command';
import { AccessGranted, AccessRevoked } from '@crm/schemas/events/access';
import type { ShareGrant } from './sharing.fields.ts';

const customerId = (share: ShareGrant): string => share.customerId;

/** Has the grants hold here at once, and elsewhere as soon as they are heard of. */
export async function accessGranted(work: Work, rows: readonly ShareGrant[]): Promise<void> {
  await saveGrants(work.manager, rows.map(grantOf));
  await publishRows(work, {
    type: AccessGranted,
    rows,
    customerId,
    data: (share) => {
      const { expiresAt, ...grant } = grantOf(share);
      return { ...grant, expiresAt: expiresAt?.toISOString() ?? null };
    },
  });
}

export async function accessRevoked(work: Work, rows: readonly ShareGrant[]): Promise<void> {
  await revokeGrants(work.manager, rows.map(grantOf));
  await publishRows(work, {
    type: AccessRevoked,
    rows,
    customerId,
    data: ({ customerId: resourceId, granteeId }) => ({ resourceId, granteeId }),
  });
}

const grantOf = ({ customerId: resourceId, granteeId, access, expiresAt }: ShareGrant) => ({
  resourceId,
  granteeId,
  access,
  expiresAt,
});
