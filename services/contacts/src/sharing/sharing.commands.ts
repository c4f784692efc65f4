import type { RequestContext } from '@crm/kit/context';
import { notFound, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { idToBytes, isId } from '@crm/kit/id';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { changesOf } from '@crm/kit/record/difference';
import { readInput, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { insertRecords, newRow, writeChange } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { isGrantee, lockOwnPerson } from './sharing.repository.ts';
import { personShared, personShareRevoked } from './sharing.events.ts';
import { PersonShareEntity, type PersonShare } from './sharing.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };

type ShareInput = Repeatable & {
  readonly personId: string;
  readonly granteeId: string;
  readonly granteeKind: PersonShare['granteeKind'];
  readonly expiresAt?: Date | null;
};

const memory = rowMemory(PersonShareEntity);

/** Lets somebody read or change a person, or changes until when and how much. */
export const sharePerson = (context: RequestContext, given: ShareInput): Promise<PersonShare> =>
  runCommand(context, { name: 'sharePerson', input: given, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { id: personId } = await lockOwnPerson(work, given.personId);
    const input = { ...given, personId };
    const values = await readInput(work.manager, PersonShareEntity, { input, mode: 'create' });
    const problems = await shareProblems(work, input);
    if (problems.length > 0) throw refused(PersonShareEntity, problems);
    const known = await findShare(work, input);
    if (!known) {
      const share = newRow(work, PersonShareEntity, { values, rules: {} });
      await insertRecords(work, PersonShareEntity, [share]);
      await personShared(work, [share]);
      return share;
    }
    const wanted = new Map([['expiresAt', null], ...values, ['revokedAt', null]]);
    const changes = changesOf(PersonShareEntity, known, wanted);
    const change = await writeChange(work, PersonShareEntity, { before: known, changes });
    if (change.changedFields.length > 0) await personShared(work, [change.after]);
    return change.after;
  });

async function shareProblems(
  { manager, now }: Work,
  { granteeId, granteeKind, expiresAt }: ShareInput,
): Promise<FieldProblem[]> {
  const isKnown = granteeKind === 'PARTNER' || (await isGrantee(manager, granteeKind, granteeId));
  return [
    ...(isKnown ? [] : [{ path: 'granteeId', message: `is no ${granteeKind} that is active` }]),
    ...(expiresAt && expiresAt <= now ? [{ path: 'expiresAt', message: 'is over already' }] : []),
  ];
}

type Pair = Pick<PersonShare, 'granteeId' | 'personId'>;

/** Of each two the one record there is, a revoked one too. */
async function findShare(
  { manager }: Work,
  { personId, granteeId }: Pair,
): Promise<PersonShare | undefined> {
  const [share] = await selectRows(
    manager,
    PersonShareEntity,
    sql`WHERE t.personId = ${idToBytes(personId)} AND t.granteeId = ${idToBytes(granteeId)}
      FOR UPDATE`,
  );
  return share;
}

export const revokePersonShare = (
  context: RequestContext,
  input: Pair & Repeatable,
): Promise<PersonShare> =>
  runCommand(context, { name: 'revokePersonShare', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'people');
    const { id: personId } = await lockOwnPerson(work, input.personId);
    const { granteeId } = input;
    const share = isId(granteeId) ? await findShare(work, { personId, granteeId }) : undefined;
    if (!share) throw notFound(PersonShareEntity.name, granteeId);
    if (share.revokedAt !== null) throw ruleViolation('It is not shared with them any more');
    const { after } = await writeChange(work, PersonShareEntity, {
      before: share,
      changes: { revokedAt: { from: null, to: work.now } },
    });
    await personShareRevoked(work, [after]);
    return after;
  });
