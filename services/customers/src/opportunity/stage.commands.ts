import type { RequestContext } from '@crm/kit/context';
import { ruleViolation } from '@crm/kit/errors';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { isStageUsed } from './opportunity.repository.ts';
import { stageProblems } from './opportunity.ts';
import { OpportunityStageEntity, type OpportunityStage } from './stage.fields.ts';

type StageInput = Pick<OpportunityStage, 'code' | 'outcome'> & {
  readonly clientMutationId?: string | null;
};

const memory = rowMemory(OpportunityStageEntity);

/** Defines a stage, or changes its words, place, probability and state. Its outcome stays once it is used. */
export const saveOpportunityStage = (
  context: RequestContext,
  input: StageInput,
): Promise<OpportunityStage> =>
  runCommand(context, { name: 'saveOpportunityStage', input, memory }, async (work) => {
    allow(work.viewer, 'manage', 'opportunity stages');
    const before = await lockByCode(work, OpportunityStageEntity, input.code);
    if (
      before &&
      before.outcome !== input.outcome &&
      (await isStageUsed(work.manager, before.code))
    ) {
      throw ruleViolation('There are opportunities in this stage: its outcome stays');
    }
    return saveRecord(work, OpportunityStageEntity, {
      before,
      input,
      rules: { check: stageProblems },
    });
  });
