import type { RequestContext } from '@crm/kit/context';
import { invalid, notFound, ruleViolation } from '@crm/kit/errors';
import { idToBytes } from '@crm/kit/id';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { findModelsInForce } from '../model/model.repository.ts';
import { insertRuns } from './run-queue.repository.ts';
import { EvaluationRunEntity, type EvaluationRun } from './run.fields.ts';

type Repeatable = { readonly clientMutationId?: string | null };

const memory = rowMemory(EvaluationRunEntity);

/** Has all subjects of a model ranked and evaluated anew. One that waits already is given instead. */
export const recompute = (
  context: RequestContext,
  input: Repeatable & { readonly model: string },
): Promise<EvaluationRun> =>
  runCommand(context, { name: 'recompute', input, memory }, async ({ manager, viewer, now }) => {
    allow(viewer, 'manage', 'evaluations');
    const models = await findModelsInForce(manager, { now });
    if (!models.some(({ code }) => code === input.model)) {
      throw invalid(`No published model is called "${input.model.slice(0, 64)}"`, [
        { path: 'model', message: 'is no published model' },
      ]);
    }
    const [waiting] = await selectRows(
      manager,
      EvaluationRunEntity,
      sql`WHERE t.model = ${input.model} AND t.state = 'QUEUED' LIMIT 1`,
    );
    if (waiting) return waiting;
    const [id = ''] = await insertRuns(manager, [{ model: input.model, cause: 'REQUEST' }], now);
    return memory.recall(manager, id);
  });

/** Ends a run before its next subjects. What it has evaluated stays. */
export const cancelEvaluationRun = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<EvaluationRun> =>
  runCommand(context, { name: 'cancelEvaluationRun', input, memory }, async (work) => {
    const { manager, viewer, now } = work;
    allow(viewer, 'manage', 'evaluations');
    const id = idToBytes(input.id);
    const [run] = await selectRows(
      manager,
      EvaluationRunEntity,
      sql`WHERE t.id = ${id} FOR UPDATE`,
    );
    if (!run) throw notFound(EvaluationRunEntity.name, input.id);
    if (run.state !== 'QUEUED' && run.state !== 'RUNNING') throw ruleViolation('The run has ended');
    await manager.query(
      `UPDATE evaluationRun SET state = 'CANCELLED', finishedAt = ?, updatedAt = ?,
         version = version + 1 WHERE id = ?`,
      [now, now, id],
    );
    return memory.recall(manager, run.id);
  });
