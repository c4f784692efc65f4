import { runCommand, type Work } from '@crm/kit/record/command';
import type { RequestContext } from '@crm/kit/context';
import type { FieldProblem } from '@crm/kit/errors';
import { allow } from '@crm/kit/record/policy';
import { bulkMemory, bulkResult, upsertRecords, type BulkResult } from '@crm/kit/record/upsert';
import { staffSaved, teamsSaved } from './directory.events.ts';
import { withParents } from './directory.ts';
import { StaffMemberEntity, TeamEntity } from './directory.fields.ts';
import { idsByCode } from './directory.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };
type Coded = { readonly code: string };

type StaffInput = Coded & {
  readonly teamCode?: string | null;
  readonly managerCode?: string | null;
};

/** Managers may be named before they exist: those of this call come first, in as many rounds. */
export const upsertStaff = (
  context: RequestContext,
  input: Repeatable & { readonly rows: readonly StaffInput[] },
): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertStaff', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'manage', 'staff');
    return inRounds(
      input.rows,
      ({ managerCode }) => managerCode,
      (rows) => saveStaff(work, rows),
    );
  });

async function saveStaff(work: Work, rows: readonly StaffInput[]): Promise<BulkResult> {
  const teams = await idsByCode(
    work.manager,
    'team',
    rows.flatMap(({ teamCode }) => teamCode ?? []),
  );
  const staff = await idsByCode(
    work.manager,
    'staffMember',
    rows.flatMap(({ managerCode }) => managerCode ?? []),
  );
  const { result, ...saved } = await upsertRecords(work, StaffMemberEntity, {
    inputs: rows.map(({ teamCode, managerCode, ...row }) => ({
      ...row,
      ...(teamCode && { teamId: teams.get(teamCode) }),
      ...(managerCode && { managerId: staff.get(managerCode) }),
    })),
    matchOn: ['code'],
    problemsAt: (at) => [
      ...unknownCode('teamCode', rows[at]?.teamCode, teams),
      ...unknownCode('managerCode', rows[at]?.managerCode, staff),
    ],
    rules: { defaults: () => ({ active: true }) },
  });
  await staffSaved(work, saved);
  return result;
}

type TeamInput = Coded & { readonly parentCode?: string | null };

export const upsertTeams = (
  context: RequestContext,
  input: Repeatable & { readonly rows: readonly TeamInput[] },
): Promise<BulkResult> =>
  runCommand(context, { name: 'upsertTeams', input, memory: bulkMemory }, async (work) => {
    allow(work.viewer, 'manage', 'teams');
    return inRounds(
      input.rows,
      ({ parentCode }) => parentCode,
      (rows) => saveTeams(work, rows),
    );
  });

async function saveTeams(work: Work, rows: readonly TeamInput[]): Promise<BulkResult> {
  const parents = await idsByCode(
    work.manager,
    'team',
    rows.flatMap(({ parentCode }) => parentCode ?? []),
  );
  const { result, ...saved } = await upsertRecords(work, TeamEntity, {
    inputs: rows.map(({ parentCode, ...row }) => ({
      ...row,
      ...(parentCode && { parentId: parents.get(parentCode) }),
    })),
    matchOn: ['code'],
    problemsAt: (at) => unknownCode('parentCode', rows[at]?.parentCode, parents),
    rules: {},
  });
  await teamsSaved(work, saved);
  return result;
}

/** Saves the rows so that whoever is above stands before those below, and reports in the given order. */
async function inRounds<Row extends Coded>(
  rows: readonly Row[],
  above: (row: Row) => string | null | undefined,
  save: (rows: readonly Row[]) => Promise<BulkResult>,
): Promise<BulkResult> {
  const results: BulkResult[] = [];
  const rounds = withParents(rows, above);
  for (const round of rounds) {
    const result = await save(round.map(({ row }) => row));
    results.push({
      ...result,
      rows: result.rows.map((each, at) => ({ ...each, index: round[at]?.index ?? at })),
    });
  }
  return joinResults(results);
}

const joinResults = (results: readonly BulkResult[]): BulkResult =>
  bulkResult(results.flatMap(({ rows }) => rows).toSorted((a, b) => a.index - b.index));

const unknownCode = (
  path: string,
  code: string | null | undefined,
  known: ReadonlyMap<string, string>,
): FieldProblem[] =>
  code && !known.has(code) ? [{ path, message: `"${code}" does not exist` }] : [];
