import { publishRows } from '@crm/kit/event/publish';
import type { Work } from '@crm/kit/record/command';
import { CustomerMerged, CustomerUnmerged } from '@crm/schemas/events/customer';
import { customerData, definitionsFor } from '../customer/customer.events.ts';
import type { Customer } from '../customer/customer.fields.ts';

const customerId = ({ id }: Customer): string => id;

export const customerMerged = (work: Work, merged: Customer, survivorId: string): Promise<void> =>
  publishRows(work, {
    type: CustomerMerged,
    rows: [merged],
    customerId,
    data: ({ ownerId, teamId }) => ({ ownerId, teamId, survivorId }),
  });

export async function customerUnmerged(
  work: Work,
  merged: Customer,
  survivorId: string,
): Promise<void> {
  const fields = await definitionsFor(work, [merged]);
  await publishRows(work, {
    type: CustomerUnmerged,
    rows: [merged],
    customerId,
    data: (customer) => ({ ...customerData(customer, fields), survivorId }),
  });
}
