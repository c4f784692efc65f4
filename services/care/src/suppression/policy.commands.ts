import type { RequestContext } from '@crm/kit/context';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import type { Rules } from '@crm/kit/record/record';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { sweepAgain } from '../plan/plan.repository.ts';
import { FatiguePolicyEntity, type FatiguePolicy } from './policy.fields.ts';
import { policyProblems } from './policy.ts';

type SaveInput = { readonly code: string; readonly clientMutationId?: string | null };

const rules: Rules<FatiguePolicy> = {
  defaults: () => ({ onePerOccasion: false, blackouts: [], active: true }),
  check: policyProblems,
};

/** Makes a policy, or changes the one that has this code. It holds for what is sent from now on. */
export const saveFatiguePolicy = (
  context: RequestContext,
  input: SaveInput,
): Promise<FatiguePolicy> =>
  runCommand(
    context,
    { name: 'saveFatiguePolicy', input, memory: rowMemory(FatiguePolicyEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'fatigue policies');
      const before = await lockByCode(work, FatiguePolicyEntity, input.code);
      await sweepAgain(work);
      return saveRecord(work, FatiguePolicyEntity, { before, input, rules });
    },
  );
