import type { RequestContext } from '@crm/kit/context';
import { AppError, notFound, ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand, type Work } from '@crm/kit/record/command';
import { readInput } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import {
  changeRecord,
  insertRecords,
  newRow,
  writableIds,
  writeChange,
  lockForWriting,
} from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { CustomerEntity } from '../customer/customer.fields.ts';
import {
  DuplicateCandidateEntity,
  DuplicateRuleEntity,
  DuplicateScanEntity,
  type DuplicateCandidate,
  type DuplicateRule,
  type DuplicateScan,
} from './duplicate.fields.ts';
import { byScore } from './duplicate.queries.ts';
import { findMatches } from './duplicate.repository.ts';
import {
  matchedFields,
  pathsOf,
  reactionTo,
  scoreOf,
  type DuplicateMatch,
  type Recognisable,
} from './duplicate.ts';

type Repeatable = { readonly clientMutationId?: string | null };

const matchesTold = 10;

/**
 * Refuses a new customer that is, or may be, one that is there. What only may be is let through
 * when the caller has seen the matches and accepts them.
 */
export async function refuseDuplicates(
  { manager, viewer, now }: Work,
  input: Recognisable,
  isAccepted: boolean,
): Promise<void> {
  const matches = byScore(await findMatches(manager, input, { viewer, now }));
  const reaction = reactionTo(matches);
  if (reaction === 'TELL' || (reaction === 'CONFIRM' && isAccepted)) return;
  const paths = pathsOf(matches, reaction);
  const existing = matches.find(({ isVisible }) => isVisible);
  throw new AppError('DUPLICATE', `Another customer has this ${paths.join(' and ')}`, {
    fields: paths.map((path) => ({ path, message: 'is taken by another record' })),
    ...(existing && { existingId: existing.customerId }),
    isAcceptable: reaction === 'CONFIRM',
    matches: matches.slice(0, matchesTold).map(shown),
  });
}

/** Who may not read a match learns that it exists and whose team has it, and nothing else. */
const shown = (match: DuplicateMatch): object => ({
  score: scoreOf(match),
  fields: matchedFields(match),
  teamId: match.teamId,
  customerId: match.isVisible ? match.customerId : null,
});

type Decision = Repeatable & {
  readonly id: string;
  readonly note?: string | null;
  readonly expectedVersion?: number | null;
};

const decide =
  (name: string, state: DuplicateCandidate['state']) =>
  (context: RequestContext, input: Decision): Promise<DuplicateCandidate> =>
    runCommand(
      context,
      { name, input, memory: rowMemory(DuplicateCandidateEntity) },
      async (work) => {
        allow(work.viewer, 'write', 'customers');
        const { id, note, expectedVersion = null } = input;
        const pair = await lockForWriting(work, DuplicateCandidateEntity, id);
        const writable = await writableIds(work, CustomerEntity, [pair.firstId, pair.secondId]);
        if (writable.size === 0) throw notFound(DuplicateCandidateEntity.name, id);
        if (pair.state === 'MERGED') throw ruleViolation('The two were merged');
        const { after } = await changeRecord(work, DuplicateCandidateEntity, {
          id,
          expectedVersion,
          input: note === undefined ? {} : { note },
          rules: {},
        });
        const changes = { state: { from: after.state, to: state } };
        if (after.state === state) return after;
        return (await writeChange(work, DuplicateCandidateEntity, { before: after, changes }))
          .after;
      },
    );

/** Says that the two are one, to be merged. */
export const confirmDuplicate = decide('confirmDuplicate', 'CONFIRMED');

/** Says that the two are not the same. They are never shown as duplicates again. */
export const dismissDuplicate = decide('dismissDuplicate', 'DISMISSED');

/** Has every customer compared with every other. While a scan goes on there is no second one. */
export const startDuplicateScan = (
  context: RequestContext,
  input: Repeatable,
): Promise<DuplicateScan> =>
  runCommand(
    context,
    { name: 'startDuplicateScan', input, memory: rowMemory(DuplicateScanEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'duplicate scans');
      const [running] = await selectRows(
        work.manager,
        DuplicateScanEntity,
        sql`WHERE t.finishedAt IS NULL ORDER BY t.id LIMIT 1 FOR UPDATE`,
      );
      if (running) return running;
      const scan = newRow(work, DuplicateScanEntity, {
        values: new Map<string, unknown>([
          ['scanned', 0],
          ['found', 0],
        ]),
        rules: {},
      });
      await insertRecords(work, DuplicateScanEntity, [scan]);
      return scan;
    },
  );

type RuleInput = Repeatable & { readonly field: string };

/** Changes how much an equal value in a field says. */
export const saveDuplicateRule = (
  context: RequestContext,
  input: RuleInput,
): Promise<DuplicateRule> =>
  runCommand(
    context,
    { name: 'saveDuplicateRule', input, memory: rowMemory(DuplicateRuleEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'duplicate rules');
      await readInput(work.manager, DuplicateRuleEntity, { input, mode: 'update' });
      const [rule] = await selectRows(
        work.manager,
        DuplicateRuleEntity,
        sql`WHERE t.field = ${input.field} AND t.deletedAt IS NULL`,
      );
      if (!rule) throw new Error(`There is no duplicate rule of ${input.field}`);
      const { after } = await changeRecord(work, DuplicateRuleEntity, {
        id: rule.id,
        expectedVersion: null,
        input,
        rules: {
          check: ({ weight }) =>
            weight >= 1 && weight <= 100
              ? []
              : [{ path: 'weight', message: 'must be from 1 to 100' }],
        },
      });
      return after;
    },
  );
