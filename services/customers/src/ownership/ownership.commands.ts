import type { RequestContext } from '@crm/kit/context';
import { invalid, type FieldProblem } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import { runCommand, type Work } from '@crm/kit/record/command';
import type { Criteria } from '@crm/kit/record/criteria';
import { readScope, visibleSql } from '@crm/kit/record/page';
import { allow } from '@crm/kit/record/policy';
import { writeChanges, type Change } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import {
  bulkMemory,
  bulkResult,
  bulkRowsMax,
  type BulkResult,
  type BulkRow,
} from '@crm/kit/record/upsert';
import { and, raw, sql } from '@crm/kit/sql';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { customersChanged } from '../customer/customer.saved.ts';
import { keepAccess } from '../sharing/sharing.commands.ts';
import { findActiveMember } from '../directory/directory.repository.ts';
import { lockOwned, ownedSql } from './ownership.lock.ts';
import type { Why } from './ownership.repository.ts';
import { keptUntil, reasonProblems } from './ownership.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type TransferInput = Repeatable & {
  readonly ids?: readonly string[] | null;
  readonly where?: Criteria | null;
  readonly toOwnerId: string;
  readonly reason: string;
  readonly keepAccessUntil?: Date | null;
};

/** Hands customers to another member of staff: those named, or the first of a filter. */
export const transferCustomers = (
  context: RequestContext,
  input: TransferInput,
): Promise<BulkResult> =>
  runCommand(context, { name: 'transferCustomers', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    refuse([...targetProblems(input), ...reasonProblems(input.reason)]);
    const member = await findActiveMember(work.manager, input.toOwnerId);
    if (!member) refuse([{ path: 'toOwnerId', message: 'is no active member of staff' }]);
    const ids = input.ids ? [...new Set(input.ids)] : await findIds(context, work, input);
    const owner = { ownerId: input.toOwnerId, teamId: member?.teamId ?? null };
    const customers = await lockOwned(work, ids);
    const changed = await giveTo(work, customers, {
      owner,
      why: { kind: 'TRANSFERRED', reason: input.reason.trim() },
    });
    await keepAccess(
      work,
      changed.map(({ before }) => before),
      keptUntil(work.now, input.keepAccessUntil ?? null),
    );
    return resultOf(ids, customers, new Set(changed.map(({ after }) => after.id)));
  });

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalid('The transfer was refused', problems);
}

function targetProblems({ ids, where }: TransferInput): FieldProblem[] {
  if (Boolean(ids) === Boolean(where)) {
    return [{ path: 'ids', message: 'or where: exactly one of them is needed' }];
  }
  return (ids ?? []).length > bulkRowsMax
    ? [{ path: 'ids', message: `may name ${bulkRowsMax} customers` }]
    : [];
}

/** Those of a filter that the new owner does not have, and that the viewer may hand over. */
async function findIds(
  context: RequestContext,
  work: Work,
  { where, toOwnerId }: TransferInput,
): Promise<string[]> {
  const scope = await readScope(context, CustomerEntity, { where });
  const wanted = and([
    visibleSql(context, scope, where ?? {}),
    ownedSql(work),
    sql`NOT (t.ownerId <=> ${idToBytes(toOwnerId)})`,
  ]);
  const rows = await selectRows(
    work.manager,
    CustomerEntity,
    sql`WHERE ${wanted} ORDER BY t.id LIMIT ${raw(String(bulkRowsMax))}`,
  );
  return rows.map(({ id }) => id);
}

type Owner = { readonly ownerId: string | null; readonly teamId: string | null };

/** Gives customers to somebody, or to nobody, and tells of it. */
export async function giveTo(
  work: Work,
  customers: readonly Customer[],
  { owner, why }: { readonly owner: Owner; readonly why: Why },
): Promise<Change<Customer>[]> {
  const planned = customers
    .filter(({ ownerId }) => ownerId !== owner.ownerId)
    .map((before) => ({
      before,
      changes: {
        ownerId: { from: before.ownerId, to: owner.ownerId },
        ...(before.teamId !== owner.teamId && {
          teamId: { from: before.teamId, to: owner.teamId },
        }),
      },
    }));
  const changed = await writeChanges(work, CustomerEntity, planned);
  await customersChanged(work, changed, { why });
  return changed;
}

const notYours = { path: 'id', message: 'is no customer that you may hand over' };

/** What became of each of the ids. */
export const resultOf = (
  ids: readonly string[],
  customers: readonly Customer[],
  changed: ReadonlySet<string>,
): BulkResult => {
  const known = new Set(customers.map(({ id }) => id));
  return bulkResult(
    ids.map((id, index): BulkRow => {
      if (!known.has(id)) return { index, outcome: 'REFUSED', id: null, problems: [notYours] };
      return { index, outcome: changed.has(id) ? 'UPDATED' : 'UNCHANGED', id, problems: [] };
    }),
  );
};
