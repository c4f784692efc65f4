import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import { forbidden } from '@crm/kit/errors';
import { newCode } from '@crm/kit/id';
import { reachableCustomers } from '@crm/kit/projection/customer-access';
import { refused } from '@crm/kit/record/input';
import { allow, readingOf, scopeOf } from '@crm/kit/record/policy';
import {
  changeRecord,
  createRecord,
  removeRecord,
  restoreRecord,
  type Rules,
} from '@crm/kit/record/record';
import { bulkMemory, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import type { Viewer } from '@crm/kit/viewer';
import {
  competitorChanged,
  competitorCreated,
  competitorDeleted,
  competitorRestored,
} from './competitor.events.ts';
import { CompetitorEntity, type Competitor } from './competitor.fields.ts';
import { competitorProblems, searchTextOf } from './competitor.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type CompetitorInput = Repeatable & {
  readonly ourStrategy?: string | null;
  readonly linkedCustomerId?: string | null;
};
type Versioned = { readonly id: string; readonly expectedVersion?: number | null };

const memory = rowMemory(CompetitorEntity);

const rules: Rules<Competitor> = {
  defaults: () => ({ code: newCode('R') }),
  derive: (competitor) => ({ searchText: searchTextOf(competitor) }),
  check: competitorProblems,
};

export const createCompetitor = (
  context: RequestContext,
  input: CompetitorInput,
): Promise<Competitor> =>
  runCommand(context, { name: 'createCompetitor', input, memory }, async (work) => {
    allowWriting(work.viewer, [input]);
    await requireCustomers(work, [input]);
    const competitor = await createRecord(work, CompetitorEntity, { input, rules });
    await competitorCreated(work, [competitor]);
    return competitor;
  });

export const updateCompetitor = (
  context: RequestContext,
  input: CompetitorInput & Versioned,
): Promise<Competitor> =>
  runCommand(context, { name: 'updateCompetitor', input, memory }, async (work) => {
    allowWriting(work.viewer, [input]);
    await requireCustomers(work, [input]);
    const { id, expectedVersion = null } = input;
    const order = { id, expectedVersion, input, rules };
    const change = await changeRecord(work, CompetitorEntity, order);
    await competitorChanged(work, [change]);
    return change.after;
  });

type UpsertInput = Repeatable & { readonly rows: readonly CompetitorInput[] };

export const upsertCompetitors = (
  context: RequestContext,
  input: UpsertInput,
): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertCompetitors', input, memory: bulkMemory }, async (work) => {
    allowWriting(work.viewer, input.rows);
    await requireCustomers(work, input.rows);
    const { result, created, changed } = await upsertRecords(work, CompetitorEntity, {
      inputs: input.rows,
      matchOn: ['code'],
      rules,
    });
    await competitorCreated(work, created);
    await competitorChanged(work, changed);
    return result;
  });

export const deleteCompetitor = (
  context: RequestContext,
  input: Repeatable & Versioned,
): Promise<Competitor> =>
  runCommand(context, { name: 'deleteCompetitor', input, memory }, async (work) => {
    allowDeleting(work.viewer);
    const { id, expectedVersion = null } = input;
    const competitor = await removeRecord(work, CompetitorEntity, { id, expectedVersion });
    await competitorDeleted(work, competitor);
    return competitor;
  });

export const restoreCompetitor = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<Competitor> =>
  runCommand(context, { name: 'restoreCompetitor', input, memory }, async (work) => {
    allowDeleting(work.viewer);
    const competitor = await restoreRecord(work, CompetitorEntity, input.id);
    await competitorRestored(work, competitor);
    return competitor;
  });

/** Everyone who writes customers adds what they learn; our strategy is for those who may read it. */
function allowWriting(viewer: Viewer, inputs: readonly CompetitorInput[]): void {
  allow(viewer, 'write', 'competitors');
  const isStrategyGiven = inputs.some(({ ourStrategy }) => ourStrategy !== undefined);
  if (isStrategyGiven && readingOf(viewer, 'CONFIDENTIAL') !== 'read') {
    throw forbidden('You may not write ourStrategy');
  }
}

/** A competitor that is a customer too is linked by who may read that customer. */
async function requireCustomers(work: Work, inputs: readonly CompetitorInput[]): Promise<void> {
  const ids = inputs.flatMap(({ linkedCustomerId }) => linkedCustomerId ?? []);
  const known = await reachableCustomers(work, 'read', ids);
  const unknown = ids.find((id) => !known.has(id.toLowerCase()));
  if (unknown === undefined) return;
  const message = `Customer ${unknown} does not exist`;
  throw refused(CompetitorEntity, [{ path: 'linkedCustomerId', message }]);
}

/** Competitors are the whole company's: who writes no more than their own records deletes none. */
export function allowDeleting(viewer: Viewer): void {
  allow(viewer, 'write', 'competitors');
  if (scopeOf(viewer, 'write') === 'own') throw forbidden('You may not delete competitors');
}
