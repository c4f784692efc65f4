import { idToBytes, isId } from '@crm/kit/id';
import type { Work } from '@crm/kit/record/command';
import { sql, type Sql } from '@crm/kit/sql';
import { hashOfAddress, normalAddress } from '../delivery/address.ts';
import type { Delivery } from '../delivery/delivery.fields.ts';
import { afterReceipt, type Receipt } from '../delivery/delivery.ts';
import { settle } from '../delivery/settle.commands.ts';
import { suppressAddress } from '../suppressed-address/suppress.commands.ts';
import type { SuppressedAddress } from '../suppressed-address/suppressed-address.fields.ts';
import { addressHashOf, lockDelivery } from '../delivery/delivery.repository.ts';
import { isStop } from './keyword.ts';

type Reason = SuppressedAddress['reason'];

/** Ends messages to whoever got a delivery. Tells whether there is such a delivery. */
export async function unsubscribe(work: Work, deliveryId: string): Promise<boolean> {
  const delivery = await lockDelivery(work.manager, sql`t.id = ${idToBytes(deliveryId)}`);
  if (!delivery) return false;
  await suppress(work, delivery, 'UNSUBSCRIBED');
  return true;
}

async function suppress(work: Work, delivery: Delivery, reason: Reason): Promise<void> {
  const addressHash = await addressHashOf(work.manager, delivery.id);
  if (addressHash === null) return;
  const { channel, personId, id: deliveryId } = delivery;
  await suppressAddress(work, { channel, personId, deliveryId, addressHash, reason });
}

type Told = {
  /** What the provider calls the message, and what we do. */
  readonly messageId?: string | undefined;
  readonly reference?: string | undefined;
  readonly receipt: Receipt;
};

const suppressing: Partial<Record<Receipt, Reason>> = {
  BOUNCED: 'BOUNCED',
  COMPLAINED: 'COMPLAINT',
};

/** A provider tells what became of a message. One that we do not know is somebody else's. */
export async function takeReceipt(
  work: Work,
  { messageId, reference, receipt }: Told,
): Promise<void> {
  const where = whichOf(messageId, reference);
  const before = where && (await lockDelivery(work.manager, where));
  if (!before) return;
  await settle(work, [{ before, step: afterReceipt(before, receipt, work) }]);
  const reason = suppressing[receipt];
  if (reason) await suppress(work, before, reason);
}

function whichOf(messageId: string | undefined, reference: string | undefined): Sql | null {
  if (reference !== undefined && isId(reference)) return sql`t.id = ${idToBytes(reference)}`;
  return messageId ? sql`t.providerMessageId = ${messageId}` : null;
}

/** Somebody has answered an SMS: with STOP, or with anything else. */
export async function takeReply(
  work: Work,
  { from, text }: { readonly from: string; readonly text: string },
): Promise<void> {
  const address = normalAddress('SMS', from);
  if (address === null) return;
  const addressHash = hashOfAddress('SMS', address);
  const last = await lockDelivery(
    work.manager,
    sql`t.addressHash = ${addressHash} AND t.channel = 'SMS' ORDER BY t.id DESC`,
  );
  if (isStop(text)) {
    const personId = last?.personId ?? null;
    const deliveryId = last?.id ?? null;
    await suppressAddress(work, {
      channel: 'SMS',
      personId,
      deliveryId,
      addressHash,
      reason: 'STOP',
    });
  }
  if (last) await settle(work, [{ before: last, step: afterReceipt(last, 'REPLIED', work) }]);
}
