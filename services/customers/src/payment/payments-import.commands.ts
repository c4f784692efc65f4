import { runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { invalid, type FieldProblem } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { withCurrentCustomers } from '@crm/kit/projection/survivor';
import { allow, scopeSql } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import {
  bulkMemory,
  bulkResult,
  bulkRowsMax,
  upsertRecords,
  type BulkResult,
  type BulkRow,
} from '@crm/kit/record/upsert';
import { sql } from '@crm/kit/sql';
import { moveExposure } from '../credit/credit.commands.ts';
import { movementsOfPayments } from '../credit/credit.ts';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { lockOpenReceivables, payReceivables } from '../receivable/receivable.commands.ts';
import type { Receivable } from '../receivable/receivable.fields.ts';
import { paymentRules, type PaymentInput } from './payment.commands.ts';
import { paymentsReceived } from './payment.events.ts';
import { linkToOrders } from './payment.repository.ts';
import { PaymentEntity, type Allocation, type Payment } from './payment.fields.ts';
import { afterPaying, allocateOldestFirst, allocationProblems, isSamePayment } from './payment.ts';

type PaymentRow = PaymentInput & {
  readonly receivedOn: string;
  readonly source?: string | null;
  readonly externalRef?: string | null;
};

type ImportInput = {
  readonly rows: readonly PaymentRow[];
  readonly clientMutationId?: string | null;
};

/** Records payments in their order. One that is recorded already stays as it is. */
export async function recordPayments(
  context: RequestContext,
  input: ImportInput,
): Promise<BulkResult> {
  if (input.rows.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} rows`);
  const command = { name: 'recordPayments', input, memory: bulkMemory };
  return runCommand(context, command, async (work) => {
    allow(work.viewer, 'write', 'payments');
    const rows = await withCurrentCustomers(work.manager, input.rows);
    const writable = await lockCustomers(work, rows);
    const open = await lockOpenReceivables(work, [...writable]);
    const recorded = await findRecorded(work, rows);
    const fresh = rows.flatMap((row, index) =>
      recorded.has(referenceOf(row)) ? [] : [{ row, index }],
    );
    const plans = planPayments(
      fresh.map(({ row }) => row),
      open,
      writable,
    );
    const { result, created } = await upsertRecords(work, PaymentEntity, {
      inputs: plans.map(({ row, allocations }) => ({ ...row, allocations })),
      matchOn: ['source', 'externalRef'],
      problemsAt: (at) => plans[at]?.problems ?? [],
      rules: paymentRules,
    });
    await paymentsReceived(work, created);
    await payReceivables(work, {
      open,
      allocations: created.flatMap(({ allocations }) => allocations ?? []),
    });
    await linkToOrders(work.manager, created, open);
    await moveExposure(work, movementsOfPayments({ payments: created, receivables: open }));
    const outcomes = [
      ...result.rows.map((each) => ({ ...each, index: fresh[each.index]?.index ?? each.index })),
      ...rows.flatMap((row, index) => knownRow(recorded.get(referenceOf(row)), row, index)),
    ];
    return bulkResult(outcomes.toSorted((a, b) => a.index - b.index));
  });
}

/** Payments of one customer wait for each other, as those that are recorded one by one do. */
async function lockCustomers(
  { manager, viewer, now }: Work,
  rows: readonly PaymentRow[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(rows.map(({ customerId }) => customerId))].filter(isId);
  if (ids.length === 0) return new Set();
  const scope = scopeSql(viewer, 'write', { entity: CustomerEntity, alias: 't', now });
  const locked = await selectRows(
    manager,
    CustomerEntity,
    sql`WHERE t.id IN (${ids.map(idToBytes)}) AND t.deletedAt IS NULL AND ${scope}
      ORDER BY t.id FOR UPDATE`,
  );
  return new Set(locked.map(({ id }) => id));
}

const referenceOf = ({
  source,
  externalRef,
}: Pick<PaymentRow, 'externalRef' | 'source'>): string =>
  source && externalRef ? JSON.stringify([source, externalRef]).toLowerCase() : '';

async function findRecorded(
  { manager }: Work,
  rows: readonly PaymentRow[],
): Promise<ReadonlyMap<string, Payment>> {
  const references = rows.flatMap(({ source, externalRef }) =>
    source && externalRef ? [externalRef] : [],
  );
  if (references.length === 0) return new Map();
  const found = await selectRows(
    manager,
    PaymentEntity,
    sql`WHERE t.externalRef IN (${references}) AND t.deletedAt IS NULL ORDER BY t.id FOR UPDATE`,
  );
  return new Map(found.map((payment) => [referenceOf(payment), payment]));
}

type Plan = {
  readonly row: PaymentRow;
  readonly allocations: readonly Allocation[];
  readonly problems: readonly FieldProblem[];
};

const notYours = { path: 'customerId', message: 'is no customer that you may change' };

/** Says what each pays, knowing what those before it pay. */
function planPayments(
  rows: readonly PaymentRow[],
  open: readonly Receivable[],
  writable: ReadonlySet<string>,
): Plan[] {
  let left = open;
  return rows.map((row) => {
    if (!writable.has(row.customerId)) return { row, allocations: [], problems: [notYours] };
    const allocations = row.allocations ?? allocateOldestFirst(row, left);
    const problems = allocationProblems(row, allocations, left);
    if (problems.length === 0) left = afterPaying(left, allocations);
    return { row, allocations, problems };
  });
}

const different = {
  path: 'externalRef',
  message: 'is recorded with another customer, day or amount, and a payment is never changed',
};

function knownRow(recorded: Payment | undefined, row: PaymentRow, index: number): BulkRow[] {
  if (!recorded) return [];
  const { id } = recorded;
  return isSamePayment(recorded, row)
    ? [{ index, outcome: 'UNCHANGED', id, problems: [] }]
    : [{ index, outcome: 'REFUSED', id, problems: [different] }];
}
