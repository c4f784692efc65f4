import { idFromBytes, idToBytes } from '@crm/kit/id';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { hashOfAddress, type SentChannel } from '../delivery/address.ts';
import type { SuppressedAddress } from './suppressed-address.fields.ts';

type Asked = {
  readonly channel: SentChannel;
  readonly personId: string;
  readonly address: string | null;
};

type Row = {
  readonly channel: SentChannel;
  readonly addressHash: Buffer;
  readonly personId: Uint8Array | null;
  readonly reason: SuppressedAddress['reason'];
};

/** A dead address is one of several that somebody may have; a wish is of the person. */
const ofAddressAlone: readonly SuppressedAddress['reason'][] = ['BOUNCED'];

/**
 * Tells to whom nothing may be sent by a channel, in one statement. A wish ends when the person has
 * agreed to the channel again since.
 */
export async function findSuppressed(
  manager: EntityManager,
  asked: readonly Asked[],
): Promise<(each: Asked) => boolean> {
  const hashes = asked.flatMap(({ channel, address }) =>
    address === null ? [] : [hashOfAddress(channel, address)],
  );
  const people = asked.map(({ personId }) => idToBytes(personId));
  const { text, values } = sql`SELECT s.channel, s.addressHash, s.personId, s.reason
    FROM suppressedAddress s
    WHERE (s.addressHash IN (${hashes}) OR s.personId IN (${people}))
      AND s.liftedAt IS NULL AND s.deletedAt IS NULL AND NOT ${raw(agreedSince)}`;
  const rows: Row[] = await manager.query(text, [...values]);
  const dead = new Set(rows.map(({ channel, addressHash }) => keyOf(channel, addressHash)));
  const unwilling = new Set(
    rows.flatMap(({ channel, personId, reason }) =>
      personId === null || ofAddressAlone.includes(reason)
        ? []
        : [`${channel} ${idFromBytes(personId)}`],
    ),
  );
  return ({ channel, personId, address }) =>
    unwilling.has(`${channel} ${personId}`) ||
    (address !== null && dead.has(keyOf(channel, hashOfAddress(channel, address))));
}

const agreedSince = `(s.reason <> 'BOUNCED' AND EXISTS (SELECT 1 FROM consentDecision c
  WHERE c.personId = s.personId AND c.status = 'GRANTED' AND c.deletedAt IS NULL
    AND (c.channel IS NULL OR c.channel = s.channel) AND c.at > s.createdAt))`;

const keyOf = (channel: SentChannel, hash: Buffer): string => `${channel} ${hash.toString('hex')}`;

/** Keeps the hash beside the record, which holds all that people may see. */
export const keepAddressHash = (
  manager: EntityManager,
  id: string,
  addressHash: Buffer,
): Promise<unknown> =>
  manager.query('UPDATE suppressedAddress SET addressHash = ? WHERE id = ?', [
    addressHash,
    idToBytes(id),
  ]);

type Known = Pick<SuppressedAddress, 'channel' | 'reason'> & { readonly addressHash: Buffer };

/** Whether an address is suppressed already for a reason. Locks the place, so that two wait. */
export async function isKnown(
  manager: EntityManager,
  { channel, addressHash, reason }: Known,
): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `SELECT id FROM suppressedAddress WHERE channel = ? AND addressHash = ? AND reason = ?
       AND liftedAt IS NULL AND deletedAt IS NULL FOR UPDATE`,
    [channel, addressHash, reason],
  );
  return rows.length > 0;
}
