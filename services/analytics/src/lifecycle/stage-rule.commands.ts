import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { refused } from '@crm/kit/record/input';
import { allow } from '@crm/kit/record/policy';
import { changeRecord, createRecord, type Rules } from '@crm/kit/record/record';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { lookAtCriteria, plainCriteria } from '../report/criteria.repository.ts';
import { isOpen, strictest } from '../strictness.ts';
import { StageRuleEntity, type StageRule } from './stage-rule.fields.ts';
import { stageRuleProblems } from './stage-rule.ts';
import { findStageRules, rulesMax, sweepAgain } from './stage.repository.ts';

type SaveInput = {
  readonly clientMutationId?: string | null;
  readonly code: string;
  readonly expectedVersion?: number | null;
  readonly criteria?: unknown;
};

const rules: Rules<StageRule> = {
  defaults: () => ({ priority: 0, mode: 'SUGGEST', minDwellDays: 0, active: true }),
  check: stageRuleProblems,
};

/** Makes a rule or changes the one of this code. All customers are looked at then. */
export const saveStageRule = (context: RequestContext, input: SaveInput): Promise<StageRule> =>
  runCommand(
    context,
    { name: 'saveStageRule', input, memory: rowMemory(StageRuleEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'stage rules');
      const criteria = input.criteria === undefined ? undefined : plainCriteria(input.criteria);
      if (criteria) await refuseCriteria(context, criteria);
      const given = criteria === undefined ? input : { ...input, criteria };
      const [known] = await selectRows(
        work.manager,
        StageRuleEntity,
        sql`WHERE t.code = ${input.code} AND t.deletedAt IS NULL FOR UPDATE`,
      );
      await sweepAgain(work);
      if (known) {
        const { expectedVersion = null } = input;
        const order = { id: known.id, expectedVersion, input: given, rules };
        return (await changeRecord(work, StageRuleEntity, order)).after;
      }
      if ((await findStageRules(work.manager)).length >= rulesMax) {
        throw ruleViolation(`There may be ${rulesMax} stage rules`);
      }
      return createRecord(work, StageRuleEntity, { input: given, rules });
    },
  );

/** A suggestion is an event that many may read, and so is what it says of the criteria. */
async function refuseCriteria(
  context: RequestContext,
  criteria: StageRule['criteria'],
): Promise<void> {
  const { problems, classes } = await lookAtCriteria(context, criteria);
  if (problems.length > 0) throw refused(StageRuleEntity, problems);
  if (isOpen(strictest(classes))) return;
  throw refused(StageRuleEntity, [
    { path: 'criteria', message: `may not look at what is ${strictest(classes)}` },
  ]);
}
