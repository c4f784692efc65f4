import { rowMemory, runCommand } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import type { Money } from '@crm/kit/record/field';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { createRecord, type Rules } from '@crm/kit/record/record';
import { moveExposure } from '../credit/credit.commands.ts';
import { movementsOfPayments } from '../credit/credit.ts';
import { lockCustomer } from '../merge/current-customer.ts';
import { lockOpenReceivables, payReceivables } from '../receivable/receivable.commands.ts';
import { paymentsReceived } from './payment.events.ts';
import { linkToOrders } from './payment.repository.ts';
import { PaymentEntity, type Allocation, type Payment } from './payment.fields.ts';
import { allocateOldestFirst, allocationProblems } from './payment.ts';

export type PaymentInput = {
  readonly customerId: string;
  readonly amount: Money;
  readonly allocations?: readonly Allocation[] | null;
  readonly clientMutationId?: string | null;
};

export const paymentRules: Rules<Payment> = {
  defaults: () => ({ method: 'BANK_TRANSFER' }),
  check: ({ amount }) =>
    Number(amount?.amount) > 0 ? [] : [{ path: 'amount.amount', message: 'must be above 0' }],
};

export const recordPayment = (context: RequestContext, input: PaymentInput): Promise<Payment> =>
  runCommand(
    context,
    { name: 'recordPayment', input, memory: rowMemory(PaymentEntity) },
    async (work) => {
      allow(work.viewer, 'write', 'payments');
      const { id: customerId } = await lockCustomer(work, input.customerId);
      const open = await lockOpenReceivables(work, [customerId]);
      const allocations = input.allocations ?? allocateOldestFirst(input, open);
      const problems = allocationProblems(input, allocations, open);
      if (problems.length > 0) throw refused(PaymentEntity, problems);

      const payment = await createRecord(work, PaymentEntity, {
        input: { ...input, customerId, allocations },
        rules: paymentRules,
      });
      await paymentsReceived(work, [payment]);
      await payReceivables(work, { open, allocations });
      await linkToOrders(work.manager, [payment], open);
      await moveExposure(work, movementsOfPayments({ payments: [payment], receivables: open }));
      return payment;
    },
  );
