import type { RequestContext } from '@crm/kit/context';
import { ruleViolation, type FieldProblem } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { checkInputs, refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  insertRecords,
  newRow,
  removeRecord,
  type Rules,
} from '@crm/kit/record/record';
import { CustomerEntity } from '../customer/customer.fields.ts';
import { lockCustomer } from '../merge/current-customer.ts';
import {
  qualificationChanged,
  qualificationsAdded,
  qualificationsRemoved,
} from './qualification.events.ts';
import { QualificationEntity, type Qualification } from './qualification.fields.ts';
import { lockQualifications } from './qualification.repository.ts';
import {
  qualificationProblems,
  qualificationsMax,
  replaceBy,
  type QualificationValues,
} from './qualification.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(QualificationEntity);

const rules: Rules<Qualification> = { check: qualificationProblems };

export const addQualification = (
  context: RequestContext,
  input: Repeatable & { readonly customerId: string },
): Promise<Qualification> =>
  runCommand(context, { name: 'addQualification', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'qualifications');
    const { id: customerId } = await lockCustomer(work, input.customerId);
    const held = await lockQualifications(work.manager, [customerId]);
    if (held.length >= qualificationsMax) {
      throw ruleViolation(`A customer has ${qualificationsMax} qualifications at most`);
    }
    const qualification = await createRecord(work, QualificationEntity, {
      input: { ...input, customerId },
      rules,
    });
    await qualificationsAdded(work, [qualification]);
    return memory.recall(work.manager, qualification.id);
  });

export const updateQualification = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Qualification> =>
  runCommand(context, { name: 'updateQualification', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'qualifications');
    const { id, expectedVersion = null } = input;
    const change = await changeRecord(work, QualificationEntity, {
      id,
      expectedVersion,
      input,
      rules,
    });
    await qualificationChanged(work, change);
    return memory.recall(work.manager, id);
  });

export const removeQualification = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Qualification> =>
  runCommand(context, { name: 'removeQualification', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'qualifications');
    const { id, expectedVersion = null } = input;
    const qualification = await removeRecord(work, QualificationEntity, { id, expectedVersion });
    await qualificationsRemoved(work, [qualification]);
    return qualification;
  });

type Given = readonly QualificationValues[] | null | undefined;

/** What is wrong with the lists of qualifications that customers are given, one answer for each. */
export async function qualificationListProblems(
  { manager }: Work,
  lists: readonly Given[],
): Promise<readonly FieldProblem[][]> {
  const inputs = lists.flatMap((list, of) => (list ?? []).map((input, at) => ({ input, of, at })));
  const checked = await checkInputs(manager, QualificationEntity, {
    // Whose it is will be known once the customer is stored.
    inputs: inputs.map(({ input }) => ({ ...input, customerId: null })),
    mode: 'create',
  });
  return lists.map((list, of) => [
    ...((list?.length ?? 0) > qualificationsMax
      ? [{ path: 'qualifications', message: `may hold ${qualificationsMax} entries` }]
      : []),
    ...checked.flatMap(({ problems }, index) => {
      const place = inputs[index];
      if (place?.of !== of) return [];
      const { validFrom = null, validUntil = null } = place.input;
      return [...problems, ...qualificationProblems({ validFrom, validUntil })]
        .filter(({ path }) => path !== 'customerId')
        .map(({ path, message }) => ({ path: `qualifications.${place.at}.${path}`, message }));
    }),
  ]);
}

/** The same for one list; INVALID names what is wrong. */
export async function refuseQualifications(work: Work, given: Given): Promise<void> {
  const [problems = []] = await qualificationListProblems(work, [given]);
  if (problems.length > 0) throw refused(CustomerEntity, problems);
}

type Replacement = { readonly customerId: string; readonly given: Given };

/** Has lists take the place of what customers hold. A customer without a list keeps what it has. */
export async function replaceQualifications(
  work: Work,
  replacements: readonly Replacement[],
): Promise<void> {
  const named = replacements.filter(({ given }) => given !== undefined);
  const held = await lockQualifications(
    work.manager,
    named.map(({ customerId }) => customerId),
  );
  const plans = named.map(({ customerId, given }) => ({
    customerId,
    ...replaceBy(
      held.filter((each) => each.customerId === customerId),
      given ?? [],
    ),
  }));
  const added = plans.flatMap(({ customerId, added: values }) =>
    values.map((value) =>
      newRow(work, QualificationEntity, {
        values: new Map<string, unknown>([['customerId', customerId], ...Object.entries(value)]),
        rules,
      }),
    ),
  );
  await insertRecords(work, QualificationEntity, added);
  await qualificationsAdded(work, added);
  const removed: Qualification[] = [];
  for (const { id } of plans.flatMap(({ gone }) => gone)) {
    removed.push(await removeRecord(work, QualificationEntity, { id, expectedVersion: null }));
  }
  await qualificationsRemoved(work, removed);
}
