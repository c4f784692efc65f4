import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { withCurrentCustomers } from '@crm/kit/projection/survivor';
import { refused } from '@crm/kit/record/input';
import type { Money } from '@crm/kit/record/field';
import { allow } from '@crm/kit/record/policy';
import {
  createRecord,
  lockForWriting,
  writableIds,
  writeChange,
  type Rules,
} from '@crm/kit/record/record';
import { lockByIds } from '@crm/kit/record/store';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import {
  allowCredit,
  judgeOrder,
  moveExposure,
  reasonProblems,
} from '../credit/credit.commands.ts';
import {
  dueDay,
  holdReasonOf,
  movementsOfAmendment,
  movementsOfCancelling,
  movementsOfOrders,
  movementsOfRelease,
} from '../credit/credit.ts';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { lockCustomer } from '../merge/current-customer.ts';
import { sumAmounts } from '../money.ts';
import { opportunityProblemsOf } from '../opportunity/opportunity.queries.ts';
import { cancelReceivables, openReceivables } from '../receivable/receivable.commands.ts';
import { orderAmended, orderCancelled, orderRecorded } from './order.events.ts';
import { SalesOrderEntity, type OrderLine, type SalesOrder } from './order.fields.ts';
import { currencyProblems, lineProblems, priceLines, type OrderLineInput } from './order.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type OrderInput = Repeatable & {
  readonly customerId: string;
  readonly orderedOn: string;
  readonly dueOn?: string | null;
  readonly currency?: string | null;
  readonly opportunityId?: string | null;
  readonly lines: readonly OrderLineInput[];
};

const memory = rowMemory(SalesOrderEntity);

const notYours = { path: 'customerId', message: 'is no customer that you may change' };

const defaults = (): Readonly<Record<string, unknown>> => ({
  number: newCode('O'),
  status: 'PLACED',
});

/** An import is never held: what it tells has happened. */
const importRules: Rules<SalesOrder> = {
  defaults,
  derive: ({ isHeld }) => ({ isHeld: isHeld ?? false }),
};

export const recordOrder = (context: RequestContext, input: OrderInput): Promise<SalesOrder> =>
  runCommand(context, { name: 'recordOrder', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'orders');
    const { id: customerId } = await lockCustomer(work, input.customerId);
    const [opportunityProblems = []] = await opportunityProblemsOf(work, [input]);
    const problems = [
      ...lineProblems(input.lines),
      ...currencyProblems(input.currency),
      ...opportunityProblems,
    ];
    if (problems.length > 0) throw refused(SalesOrderEntity, problems);
    const asked = priced({ ...input, customerId });
    const judged = await judgeOrder(work, asked);
    const order = await createRecord(work, SalesOrderEntity, {
      input: { ...asked, dueOn: input.dueOn ?? agreedDay(input, judged) },
      rules: { defaults, derive: () => holdOf(judged) },
    });
    await orderRecorded(work, [order]);
    await openReceivables(work, [order]);
    await moveExposure(work, movementsOfOrders([order]));
    return order;
  });

type Judged = Awaited<ReturnType<typeof judgeOrder>>;

const holdOf = ({ verdict, reasons }: Judged): { isHeld: boolean; holdReason: string | null } =>
  verdict === 'HELD'
    ? { isHeld: true, holdReason: holdReasonOf(reasons) }
    : { isHeld: false, holdReason: null };

const agreedDay = ({ orderedOn }: OrderInput, { paymentTermDays }: Judged): string | null =>
  paymentTermDays === null ? null : dueDay(orderedOn, paymentTermDays);

type UpsertInput = Repeatable & { readonly rows: readonly OrderInput[] };

export const upsertOrders = (context: RequestContext, input: UpsertInput): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertOrders', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'orders');
    const rows = await withCurrentCustomers(work.manager, input.rows);
    const writable = await writableCustomers(work, rows);
    const opportunityProblems = await opportunityProblemsOf(work, rows);
    const problems = rows.map((row, at) => [
      ...lineProblems(row.lines),
      ...currencyProblems(row.currency),
      ...(opportunityProblems[at] ?? []),
      ...(writable.has(row.customerId) ? [] : [notYours]),
    ]);
    const { result, created, changed } = await upsertRecords(work, SalesOrderEntity, {
      inputs: rows.map((row, at) => (problems[at]?.length ? unpriced(row) : priced(row))),
      matchOn: ['source', 'externalRef'],
      problemsAt: (at) => problems[at] ?? [],
      rules: importRules,
    });
    await orderRecorded(work, created);
    await orderAmended(work, changed);
    await lockCustomersOf(work, [...created, ...changed.map(({ after }) => after)]);
    await openReceivables(work, created);
    await moveExposure(work, [
      ...movementsOfOrders(created),
      ...changed.flatMap(({ before, after }) => movementsOfAmendment(before, after)),
    ]);
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
    await lockCustomersOf(work, [before]);
    const receivables = await cancelReceivables(work, before);
    const change = await writeChange(work, SalesOrderEntity, {
      before,
      changes: {
        status: { from: before.status, to: 'CANCELLED' },
        note: { from: before.note, to: input.reason.slice(0, 2000) },
      },
    });
    await orderCancelled(work, [change]);
    const { reason } = input;
    await moveExposure(work, movementsOfCancelling(before, { receivables, reason }));
    return change.after;
  });

type ReleaseInput = Repeatable & { readonly id: string; readonly reason: string };

/** Lets an order go on that waits because of the customer's credit, whatever the limit is. */
export const releaseOrder = (context: RequestContext, input: ReleaseInput): Promise<SalesOrder> =>
  runCommand(context, { name: 'releaseOrder', input, memory }, async (work) => {
    allowCredit(work);
    const { id, reason } = input;
    const before = await lockForWriting(work, SalesOrderEntity, id);
    const problems = reasonProblems(reason);
    if (problems.length > 0) throw refused(SalesOrderEntity, problems);
    if (!before.isHeld || before.status === 'CANCELLED') {
      throw ruleViolation('The order is not held');
    }
    await lockCustomersOf(work, [before]);
    const change = await writeChange(work, SalesOrderEntity, {
      before,
      changes: {
        isHeld: { from: true, to: false },
        holdReason: { from: before.holdReason, to: null },
      },
    });
    await orderAmended(work, [change]);
    await openReceivables(work, [change.after]);
    await moveExposure(work, movementsOfRelease(change.after, reason));
    return change.after;
  });

/** After the orders and before anything that is owed: each command locks in this order. */
const lockCustomersOf = async ({ manager }: Work, orders: readonly SalesOrder[]): Promise<void> => {
  const ids = [...new Set(orders.map(({ customerId }) => customerId))];
  await lockByIds(manager, CustomerEntity, ids);
};

type Priced = Omit<OrderInput, 'currency' | 'lines'> & {
  readonly lines: readonly OrderLine[];
  readonly amount: Money;
};

/** The input with the amounts that follow from its lines. */
function priced({ currency, ...input }: OrderInput): Priced {
  const lines = priceLines(input.lines);
  const amount = sumAmounts(lines.map((line) => line.amount));
  return { ...input, lines, amount: { amount, currency: currency ?? 'CNY' } };
}

/** A row that is refused, whose amounts can't be told. */
const unpriced = (row: OrderInput): object => ({ ...row, currency: undefined });

const writableCustomers = (work: Work, rows: readonly OrderInput[]): Promise<ReadonlySet<string>> =>
  writableIds(work, CustomerEntity, [...new Set(rows.map(({ customerId }) => customerId))]);
