import type { EntityManager } from 'typeorm';
import { on, type Consumer } from '../event/consumer.ts';
import type { EventType } from '../event/event.ts';
import { idToBytes } from '../id.ts';

type Grant = {
  /** The record that is shared: a customer. */
  readonly resourceId: string;
  /** A member of staff, a team, or an id that a partner's token gives. */
  readonly granteeId: string;
  readonly access: string;
};

/** Grants as `policy.ts` reads them. */
export async function saveGrants(
  manager: EntityManager,
  grants: readonly (Grant & { readonly expiresAt: Date | null })[],
): Promise<void> {
  if (grants.length === 0) return;
  const now = new Date();
  await manager.query(
    `INSERT INTO shareGrant (resourceId, granteeId, access, expiresAt, grantedAt) VALUES ? AS fresh
     ON DUPLICATE KEY UPDATE access = fresh.access, expiresAt = fresh.expiresAt`,
    [
      grants.map(({ resourceId, granteeId, access, expiresAt }) => [
        idToBytes(resourceId),
        idToBytes(granteeId),
        access,
        expiresAt,
        now,
      ]),
    ],
  );
}

export async function revokeGrants(
  manager: EntityManager,
  grants: readonly Pick<Grant, 'granteeId' | 'resourceId'>[],
): Promise<void> {
  if (grants.length === 0) return;
  await manager.query('DELETE FROM shareGrant WHERE (resourceId, granteeId) IN (?)', [
    grants.map(({ resourceId, granteeId }) => [idToBytes(resourceId), idToBytes(granteeId)]),
  ]);
}

type GrantEvents = {
  readonly granted: EventType<Grant & { readonly expiresAt: string | null }>;
  readonly revoked: EventType<Pick<Grant, 'granteeId' | 'resourceId'>>;
};

/** Keeps the grants in services that do not give them, so that each enforces them alone. */
export const shareGrantConsumers = ({ granted, revoked }: GrantEvents): readonly Consumer[] => [
  on(granted, (manager, { data }) =>
    saveGrants(manager, [
      { ...data, expiresAt: data.expiresAt === null ? null : new Date(data.expiresAt) },
    ]),
  ),
  on(revoked, (manager, { data }) => revokeGrants(manager, [data])),
];
