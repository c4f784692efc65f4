import type { RequestContext } from '@crm/kit/context';
import { forbidden, invalid, ruleViolation } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { compileCriteria } from '@crm/kit/record/criteria';
import { readScope } from '@crm/kit/record/page';
import { allow } from '@crm/kit/record/policy';
import { changeRecord } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { bulkMemory, bulkRowsMax, type BulkResult } from '@crm/kit/record/upsert';
import { sql } from '@crm/kit/sql';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { giveTo, resultOf } from '../ownership/ownership.commands.ts';
import { lockOwned } from '../ownership/ownership.lock.ts';
import { reasonProblems } from '../ownership/ownership.ts';
import { PoolPolicyEntity, type PoolPolicy } from './pool.fields.ts';
import { findPolicy } from './pool.queries.ts';
import { hasRoom, policyProblems } from './pool.ts';

type Repeatable = { readonly clientMutationId?: string | null };

/** Takes a customer that nobody has. Of two who do so at once, one gets it. */
export const claimFromPool = (
  context: RequestContext,
  input: Repeatable & { readonly customerId: string },
): Promise<Customer> =>
  runCommand(
    context,
    { name: 'claimFromPool', input, memory: rowMemory(CustomerEntity) },
    async (work) => {
      allow(work.viewer, 'write', 'customers');
      const member = await lockMember(work);
      const { capacity } = await findPolicy(work.manager);
      if (!hasRoom(await countOwned(work, member.ownerId), capacity)) {
        throw ruleViolation(`You have ${capacity} customers already, as many as one may have`);
      }
      const [customer] = await selectRows(
        work.manager,
        CustomerEntity,
        sql`WHERE t.id = ${idToBytes(input.customerId)} AND t.deletedAt IS NULL
          AND t.ownerId IS NULL FOR UPDATE`,
      );
      if (!customer) throw ruleViolation('This customer is not in the pool');
      const [change] = await giveTo(work, [customer], {
        owner: member,
        why: { kind: 'CLAIMED', reason: null },
      });
      return change?.after ?? customer;
    },
  );

type Member = { readonly ownerId: string; readonly teamId: string | null };

/** Locks the viewer's own row, so that two claims of one person do not pass the limit together. */
async function lockMember({ manager, viewer }: Work): Promise<Member> {
  const { staffId } = viewer;
  const rows: unknown[] =
    staffId === null
      ? []
      : await manager.query(
          'SELECT id FROM staffMember WHERE id = ? AND active = 1 AND deletedAt IS NULL FOR UPDATE',
          [idToBytes(staffId)],
        );
  if (staffId === null || rows.length === 0) throw forbidden('Only active staff take customers');
  return { ownerId: staffId, teamId: viewer.teamIds[0] ?? null };
}

async function countOwned({ manager }: Work, ownerId: string): Promise<number> {
  const [row]: { owned: number }[] = await manager.query(
    'SELECT COUNT(*) AS owned FROM customer WHERE ownerId = ? AND deletedAt IS NULL',
    [idToBytes(ownerId)],
  );
  return Number(row?.owned);
}

type ReleaseInput = Repeatable & { readonly ids: readonly string[]; readonly reason: string };

/** Gives customers up, for anyone to take. */
export const releaseToPool = (context: RequestContext, input: ReleaseInput): Promise<BulkResult> =>
  runCommand(context, { name: 'releaseToPool', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const ids = [...new Set(input.ids)];
    if (ids.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} customers`);
    const problems = reasonProblems(input.reason);
    if (problems.length > 0) throw invalid('The release was refused', problems);
    const customers = await lockOwned(work, ids);
    const changed = await giveTo(work, customers, {
      owner: { ownerId: null, teamId: null },
      why: { kind: 'RELEASED', reason: input.reason.trim() },
    });
    return resultOf(ids, customers, new Set(changed.map(({ after }) => after.id)));
  });

type PolicyInput = Repeatable & { readonly criteria?: unknown };

/** Changes how customers come into the pool and how many a person may have. */
export const savePoolPolicy = (context: RequestContext, input: PolicyInput): Promise<PoolPolicy> =>
  runCommand(
    context,
    { name: 'savePoolPolicy', input, memory: rowMemory(PoolPolicyEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'the pool');
      await refuseCriteria(context, input.criteria);
      const { id } = await findPolicy(work.manager);
      const { after } = await changeRecord(work, PoolPolicyEntity, {
        id,
        expectedVersion: null,
        input,
        rules: { check: policyProblems },
      });
      return after;
    },
  );

/** Criteria that say nothing of customers are refused when they are saved, not when they are used. */
async function refuseCriteria(context: RequestContext, criteria: unknown): Promise<void> {
  if (criteria === null || criteria === undefined) return;
  const scope = await readScope(context, CustomerEntity, { criteria });
  compileCriteria(scope, Object(criteria));
}
