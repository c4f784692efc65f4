import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { awaitCustomers, reachableCustomers } from '@crm/kit/projection/customer-access';
import { invalid, type FieldProblem } from '@crm/kit/errors';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, removeRecord, type Rules } from '@crm/kit/record/record';
import { withCurrentCustomers } from '@crm/kit/projection/survivor';
import { teamsOfStaff } from '@crm/kit/projection/staff-directory';
import { bulkMemory, bulkRowsMax, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { withCurrentPeople } from '../merge/merged-people.ts';
import { readablePeople } from '../person/person.repository.ts';
import { keepPlans, reopenPlans } from '../touch-plan/keep-plans.commands.ts';
import { interactionAmended, interactionLogged, interactionRemoved } from './interaction.events.ts';
import { InteractionEntity, type Interaction } from './interaction.fields.ts';
import { insertParties, knownStaff, replaceParties } from './interaction.repository.ts';
import { interactionProblems } from './interaction.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

type Parties = {
  readonly customerId?: string | null;
  readonly participantIds?: readonly string[] | null;
  readonly staffIds?: readonly string[] | null;
};

const memory = rowMemory(InteractionEntity);

export async function logInteraction(
  context: RequestContext,
  input: Parties & Repeatable,
): Promise<Interaction> {
  await awaitCustomers(context, [input.customerId]);
  return runCommand(context, { name: 'logInteraction', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'interactions');
    const [current = input] = await asKnownNow(work, [input]);
    const [problems = []] = await partyProblems(work, [current]);
    if (problems.length > 0) throw refused(InteractionEntity, problems);
    const rules = await interactionRules(work);
    const interaction = await createRecord(work, InteractionEntity, { input: current, rules });
    await insertParties(work.manager, [interaction]);
    await interactionLogged(work, [interaction]);
    await keepPlans(work, [interaction]);
    return interaction;
  });
}

export const amendInteraction = (
  context: RequestContext,
  input: Parties & Repeatable & Versioned,
): Promise<Interaction> =>
  runCommand(context, { name: 'amendInteraction', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'interactions');
    const { id, expectedVersion = null } = input;
    const [current = input] = await asKnownNow(work, [{ ...input, customerId: null }]);
    const [problems = []] = await partyProblems(work, [current]);
    if (problems.length > 0) throw refused(InteractionEntity, problems);
    const { customerId: _, ...changed } = current;
    const change = await changeRecord(work, InteractionEntity, {
      id,
      expectedVersion,
      input: changed,
      rules: { check: (interaction) => interactionProblems(interaction, work.now) },
    });
    if (change.changedFields.some((field) => field === 'participantIds' || field === 'staffIds')) {
      await replaceParties(work.manager, [change.after]);
    }
    await interactionAmended(work, [change]);
    await keepPlans(work, [change.after]);
    return change.after;
  });

export const removeInteraction = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Interaction> =>
  runCommand(context, { name: 'removeInteraction', input, memory }, async (work) => {
    allow(work.viewer, 'write', 'interactions');
    const { id, expectedVersion = null } = input;
    const interaction = await removeRecord(work, InteractionEntity, { id, expectedVersion });
    await interactionRemoved(work, interaction);
    await reopenPlans(work, interaction);
    return interaction;
  });

type LogManyInput = Repeatable & { readonly rows: readonly Parties[] };

export async function logInteractions(
  context: RequestContext,
  input: LogManyInput,
): Promise<BulkResult> {
  if (input.rows.length > bulkRowsMax) throw invalid(`A call takes ${bulkRowsMax} rows`);
  await awaitCustomers(
    context,
    input.rows.map(({ customerId }) => customerId),
  );
  const command = { name: 'logInteractions', input, memory: bulkMemory };
  return runCommand(context, command, async (work) => {
    allow(work.viewer, 'write', 'interactions');
    const rows = await asKnownNow(work, input.rows);
    const problems = await partyProblems(work, rows);
    const { result, created, changed } = await upsertRecords(work, InteractionEntity, {
      inputs: rows,
      matchOn: ['source', 'externalRef'],
      problemsAt: (at) => problems[at] ?? [],
      rules: await interactionRules(work),
    });
    await insertParties(work.manager, created);
    await replaceParties(
      work.manager,
      changed.map(({ after }) => after),
    );
    await interactionLogged(work, created);
    await interactionAmended(work, changed);
    await keepPlans(work, created);
    return result;
  });
}

export async function interactionRules({
  manager,
  viewer,
  now,
}: Work): Promise<Rules<Interaction>> {
  const teams = await teamsOfStaff(manager, [viewer.staffId]);
  const owner = viewer.staffId !== null && teams.has(viewer.staffId) ? viewer.staffId : null;
  return {
    defaults: () => ({
      direction: 'OUTBOUND',
      visibility: 'CUSTOMER',
      ...(owner !== null && { staffIds: [owner] }),
    }),
    derive: ({ ownerId, teamId }) => ({
      ownerId: ownerId ?? owner,
      teamId: teamId ?? teams.get(owner ?? '') ?? null,
    }),
    check: (interaction) => interactionProblems(interaction, now),
  };
}

/** Customers and people may be named by the ids of those that were merged into them. */
export const asKnownNow = async <Row extends Parties>(
  { manager }: Work,
  rows: readonly Row[],
): Promise<readonly Row[]> => withCurrentPeople(manager, await withCurrentCustomers(manager, rows));

/** What is wrong with who took part, for many inputs with one statement a kind. */
async function partyProblems(work: Work, inputs: readonly Parties[]): Promise<FieldProblem[][]> {
  const customers = await reachableCustomers(
    work,
    'write',
    inputs.flatMap(({ customerId }) => customerId ?? []),
  );
  const people = await readablePeople(
    work,
    inputs.flatMap(({ participantIds }) => participantIds ?? []),
  );
  const staff = await knownStaff(
    work.manager,
    inputs.flatMap(({ staffIds }) => staffIds ?? []),
  );
  return inputs.map(({ customerId, participantIds, staffIds }) => [
    ...unknown(customers, customerId ? [customerId] : [], {
      path: 'customerId',
      message: 'is no customer that you may change',
    }),
    ...unknown(people, participantIds, { path: 'participantIds', message: 'names no person' }),
    ...unknown(staff, staffIds, { path: 'staffIds', message: 'names no member of staff' }),
  ]);
}

const unknown = (
  known: ReadonlySet<string>,
  ids: readonly string[] | null | undefined,
  problem: FieldProblem,
): FieldProblem[] => ((ids ?? []).some((id) => !known.has(id)) ? [problem] : []);
