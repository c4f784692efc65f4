import { survivorsOf } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';
import { lockForWriting } from '@crm/kit/record/record';
import { AppError } from '@crm/kit/errors';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';

/** Locks the customer that an id means, which may be another since it was merged. */
export async function lockCustomer(work: Work, id: string): Promise<Customer> {
  try {
    return await lockForWriting(work, CustomerEntity, id);
  } catch (error) {
    const isMissing = error instanceof AppError && error.extensions.code === 'NOT_FOUND';
    const survivor = isMissing ? (await survivorsOf(work.manager, [id])).get(id) : undefined;
    if (survivor === undefined) throw error;
    return lockForWriting(work, CustomerEntity, survivor);
  }
}
