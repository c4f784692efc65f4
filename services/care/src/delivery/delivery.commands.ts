import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { lockForWriting } from '@crm/kit/record/record';
import { DeliveryEntity, type Delivery } from './delivery.fields.ts';
import { retry } from './delivery.ts';
import { settle } from './settle.commands.ts';

type RetryInput = {
  readonly id: string;
  readonly confirmNotReceived?: boolean | null;
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(DeliveryEntity);

/** Has a delivery sent again that was not sent or did not arrive. All that stands against it still does. */
export const retryDelivery = (context: RequestContext, input: RetryInput): Promise<Delivery> =>
  runCommand(context, { name: 'retryDelivery', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'deliveries');
    const before = await lockForWriting(work, DeliveryEntity, input.id);
    const isNotReceived = input.confirmNotReceived ?? false;
    const step = retry(before, { now: work.now, isNotReceived });
    const [after = before] = await settle(work, [{ before, step }]);
    return after;
  });
