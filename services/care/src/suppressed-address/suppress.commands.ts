import { publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import { insertRecords, newRow } from '@crm/kit/record/record';
import { OptOutRecorded } from '@crm/schemas/events/opt-out';
import { SuppressedAddressEntity, type SuppressedAddress } from './suppressed-address.fields.ts';
import { isKnown, keepAddressHash } from './suppressed-address.repository.ts';

type Suppressing = Pick<SuppressedAddress, 'channel' | 'deliveryId' | 'personId' | 'reason'> & {
  readonly addressHash: Buffer;
};

/** What a wish ends. Notices of business are no care, and go on. */
const purposes = ['CARE', 'MARKETING', 'SURVEY'];

/**
 * Sends nothing more to an address from this moment on. A wish is told too, so that contacts withdraws
 * the person's consent. The same again changes nothing.
 */
export async function suppressAddress(work: Work, suppressing: Suppressing): Promise<void> {
  if (await isKnown(work.manager, suppressing)) return;
  const { addressHash, ...values } = suppressing;
  const row = newRow(work, SuppressedAddressEntity, {
    values: new Map(Object.entries(values)),
    rules: {},
  });
  await insertRecords(work, SuppressedAddressEntity, [row]);
  await keepAddressHash(work.manager, row.id, addressHash);
  const { reason, personId, channel } = row;
  if (reason === 'BOUNCED' || personId === null) return;
  await publishRows(work, {
    type: OptOutRecorded,
    rows: [row],
    customerId: () => null,
    data: () => ({ personId, channel, purposes, source: reason, at: row.createdAt.toISOString() }),
  });
}
