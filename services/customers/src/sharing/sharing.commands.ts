import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { readInput, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { insertRecords, newRow, writeChange, writeChanges } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { joinSql, sql } from '@crm/kit/sql';
import { CustomerEntity, type Customer } from '../customer/customer.fields.ts';
import { isActive } from '../directory/directory.repository.ts';
import { lockOwned } from '../ownership/ownership.lock.ts';
import { accessGranted, accessRevoked } from './sharing.events.ts';
import { ShareGrantEntity, type ShareGrant } from './sharing.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type ShareInput = Repeatable & {
  readonly customerId: string;
  readonly granteeId: string;
  readonly granteeKind: ShareGrant['granteeKind'];
  readonly expiresAt?: Date | null;
};

const memory = rowMemory(ShareGrantEntity);

/** Lets somebody read or change a customer, or changes until when and how much. */
export const shareCustomer = (context: RequestContext, input: ShareInput): Promise<ShareGrant> =>
  runCommand(context, { name: 'shareCustomer', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    const values = await readInput(work.manager, ShareGrantEntity, { input, mode: 'create' });
    await lockOwn(work, input.customerId);
    const problems = await shareProblems(work, input);
    if (problems.length > 0) throw refused(ShareGrantEntity, problems);
    const [known] = await findShares(work, [input]);
    if (!known) {
      const share = newRow(work, ShareGrantEntity, { values, rules: {} });
      await insertRecords(work, ShareGrantEntity, [share]);
      await accessGranted(work, [share]);
      return share;
    }
    const wanted = new Map([['expiresAt', null], ...values, ['revokedAt', null]]);
    const changes = changesOf(ShareGrantEntity, known, wanted);
    const change = await writeChange(work, ShareGrantEntity, { before: known, changes });
    if (change.changedFields.length > 0) await accessGranted(work, [change.after]);
    return change.after;
  });

/** Only who answers for a customer lets others to it. */
async function lockOwn(work: Work, customerId: string): Promise<Customer> {
  const [customer] = await lockOwned(work, [customerId]);
  if (!customer) throw notFound(CustomerEntity.name, customerId);
  return customer;
}

async function shareProblems(
  { manager, now }: Work,
  { granteeId, granteeKind, expiresAt }: ShareInput,
): Promise<FieldProblem[]> {
  const isKnown = granteeKind === 'PARTNER' || (await isActive(manager, granteeKind, granteeId));
  return [
    ...(isKnown ? [] : [{ path: 'granteeId', message: `is no ${granteeKind} that is active` }]),
    ...(expiresAt && expiresAt <= now ? [{ path: 'expiresAt', message: 'is over already' }] : []),
  ];
}

type Pair = Pick<ShareGrant, 'customerId' | 'granteeId'>;

/** Of each two the one record there is, revoked ones too. */
const findShares = ({ manager }: Work, pairs: readonly Pair[]): Promise<ShareGrant[]> =>
  selectRows(
    manager,
    ShareGrantEntity,
    sql`WHERE (t.customerId, t.granteeId) IN (${joinSql(
      pairs.map(
        ({ customerId, granteeId }) => sql`(${idToBytes(customerId)}, ${idToBytes(granteeId)})`,
      ),
      ', ',
    )}) FOR UPDATE`,
  );

export const revokeShare = (
  context: RequestContext,
  input: Pair & Repeatable,
): Promise<ShareGrant> =>
  runCommand(context, { name: 'revokeShare', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'customers');
    await lockOwn(work, input.customerId);
    if (!isId(input.granteeId)) throw notFound(ShareGrantEntity.name, input.granteeId);
    const [share] = await findShares(work, [input]);
    if (!share) throw notFound(ShareGrantEntity.name, input.granteeId);
    if (share.revokedAt !== null) throw ruleViolation('It is not shared with them any more');
    const { after } = await writeChange(work, ShareGrantEntity, {
      before: share,
      changes: { revokedAt: { from: null, to: work.now } },
    });
    await accessRevoked(work, [after]);
    return after;
  });

/**
 * Lets those who had customers until now read them a while longer, so that questions can be answered.
 * What somebody was granted for longer stays as it is.
 */
export async function keepAccess(
  work: Work,
  customers: readonly Customer[],
  until: Date,
): Promise<void> {
  const owned = customers.flatMap(({ id, ownerId }) =>
    ownerId === null ? [] : [{ customerId: id, granteeId: ownerId }],
  );
  if (owned.length === 0 || until <= work.now) return;
  const known = await findShares(work, owned);
  const fresh = owned.filter(
    ({ customerId }) => !known.some((each) => each.customerId === customerId),
  );
  const shares = fresh.map((pair) =>
    newRow(work, ShareGrantEntity, {
      values: new Map<string, unknown>([
        ...Object.entries(pair),
        ['granteeKind', 'STAFF'],
        ['access', 'READ'],
        ['expiresAt', until],
      ]),
      rules: {},
    }),
  );
  await insertRecords(work, ShareGrantEntity, shares);
  const renewed = await writeChanges(
    work,
    ShareGrantEntity,
    known.filter(isShorter(until)).map(renewal(until)),
  );
  await accessGranted(work, [...shares, ...renewed.map(({ after }) => after)]);
}

const isShorter =
  (until: Date) =>
  ({ revokedAt, expiresAt }: ShareGrant): boolean =>
    revokedAt !== null || (expiresAt !== null && expiresAt < until);

/** What was granted anew is for reading, whatever it was before it was revoked. */
const renewal = (until: Date) => (before: ShareGrant) => ({
  before,
  changes: changesOf(
    ShareGrantEntity,
    before,
    new Map<string, unknown>([
      ['expiresAt', until],
      ['revokedAt', null],
      ...(before.revokedAt === null ? [] : [['access', 'READ'] as const]),
    ]),
  ),
});
