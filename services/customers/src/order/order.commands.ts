import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  createRecord,
  lockForWriting,
  writableIds,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { sumAmounts } from '../money.ts';
import { cancelReceivables, openReceivables } from '../receivable/receivable.commands.ts';
import { orderAmended, orderCancelled, orderRecorded } from './order.events.ts';
import { SalesOrderEntity, type SalesOrder } from './order.fields.ts';
import { currencyProblems, lineProblems, priceLines, type OrderLineInput } from './order.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type OrderInput = Repeatable & {
  readonly customerId: string;
  readonly currency?: string | null;
  readonly lines: readonly OrderLineInput[];
};

const memory = rowMemory(SalesOrderEntity);

const notYours = { path: 'customerId', message: 'is no customer that you may change' };

const rules: Rules<SalesOrder> = {
  defaults: () => ({ number: newCode('O'), status: 'PLACED' }),
};

export const recordOrder = (context: RequestContext, input: OrderInput): Promise<SalesOrder> =>
  runCommand(context, { name: 'recordOrder', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'orders');
    await lockForWriting(work, CustomerEntity, input.customerId);
    const problems = [...lineProblems(input.lines), ...currencyProblems(input.currency)];
    if (problems.length > 0) throw refused(SalesOrderEntity, problems);
    const order = await createRecord(work, SalesOrderEntity, { input: priced(input), rules });
    await orderRecorded(work, [order]);
    await openReceivables(work, [order]);
    return order;
  });

type UpsertInput = Repeatable & { readonly rows: readonly OrderInput[] };

export const upsertOrders = (context: RequestContext, input: UpsertInput): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertOrders', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'orders');
    const writable = await writableCustomers(work, input.rows);
    const problems = input.rows.map((row) => [
      ...lineProblems(row.lines),
      ...currencyProblems(row.currency),
      ...(writable.has(row.customerId) ? [] : [notYours]),
    ]);
    const { result, created, changed } = await upsertRecords(work, SalesOrderEntity, {
      inputs: input.rows.map((row, at) => (problems[at]?.length ? unpriced(row) : priced(row))),
      matchOn: ['source', 'externalRef'],
      problemsAt: (at) => problems[at] ?? [],
      rules,
    });
    await orderRecorded(work, created);
    await orderAmended(work, changed);
    await openReceivables(work, created);
    return result;
  });

type CancelInput = Repeatable & {
  readonly id: string;
  readonly reason: string;
  readonly expectedVersion?: number | null;
};

export const cancelOrder = (context: RequestContext, input: CancelInput): Promise<SalesOrder> =>
  runCommand(context, { name: 'cancelOrder', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'orders');
    const before = await lockForWriting(work, SalesOrderEntity, input.id);
    if (before.status === 'CANCELLED') throw ruleViolation('The order is cancelled already');
    await cancelReceivables(work, before);
    const change = await writeChange(work, SalesOrderEntity, {
      before,
      changes: {
        status: { from: before.status, to: 'CANCELLED' },
        note: { from: before.note, to: input.reason.slice(0, 2000) },
      },
    });
    await orderCancelled(work, [change]);
    return change.after;
  });

/** The input with the amounts that follow from its lines. */
function priced({ currency, ...input }: OrderInput): object {
  const lines = priceLines(input.lines);
  const amount = sumAmounts(lines.map((line) => line.amount));
  return { ...input, lines, amount: { amount, currency: currency ?? 'CNY' } };
}

/** A row that is refused, whose amounts can't be told. */
const unpriced = (row: OrderInput): object => ({ ...row, currency: undefined });

const writableCustomers = (work: Work, rows: readonly OrderInput[]): Promise<ReadonlySet<string>> =>
  writableIds(work, CustomerEntity, [...new Set(rows.map(({ customerId }) => customerId))]);
