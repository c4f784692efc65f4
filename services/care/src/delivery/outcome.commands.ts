import { idToBytes } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { sql } from '@crm/kit/sql';
import { suppressAddress } from '../suppressed-address/suppress.commands.ts';
import { hashOfAddress } from './address.ts';
import { afterOutcome } from './delivery.ts';
import { keepProviderMessageId, lockDelivery } from './delivery.repository.ts';
import type { Outcome } from './outcome.ts';
import { settle } from './settle.commands.ts';

type Sent = {
  readonly deliveryId: string;
  /** Of the attempt that it is the outcome of. */
  readonly attempts: number;
  readonly outcome: Outcome;
  readonly to: string;
};

/**
 * Keeps what came of handing a delivery over. It counts late too, when the delivery was taken for lost
 * meanwhile, but not when a person has had it sent again since.
 */
export async function saveOutcome(work: Work, sent: Sent): Promise<void> {
  const { deliveryId, attempts, outcome, to } = sent;
  const before = await lockDelivery(
    work.manager,
    sql`t.id = ${idToBytes(deliveryId)} AND t.attempts = ${attempts}
      AND t.status IN ('SENDING', 'UNKNOWN')`,
  );
  if (!before) return;
  await settle(work, [
    { before, step: afterOutcome(before, outcome, { now: work.now, random: Math.random() }) },
  ]);
  if (outcome.kind === 'ACCEPTED') {
    await keepProviderMessageId(work.manager, deliveryId, outcome.providerMessageId);
  }
  if (outcome.kind === 'REFUSED' && outcome.isAddress) {
    const { channel, personId } = before;
    const addressHash = hashOfAddress(channel, to);
    await suppressAddress(work, { channel, personId, addressHash, deliveryId, reason: 'BOUNCED' });
  }
}
