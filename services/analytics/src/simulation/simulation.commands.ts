import type { RequestContext } from '@crm/kit/context';
import { ruleViolation, notFound } from '@crm/kit/errors';
import { idToBytes, isId, newId } from '@crm/kit/id';
import { companyDate, compileCriteria } from '@crm/kit/record/criteria';
import { rowMemory, runCommand } from '@crm/kit/record/command';
import { readScope } from '@crm/kit/record/page';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import { subjectEntity } from '../score/subject.ts';
import { readDraft, requireDrafts, type DraftInput } from './draft.queries.ts';
import { EvaluationSimulationEntity, type EvaluationSimulation } from './simulation.fields.ts';
import { countUnfinished, insertSimulation } from './simulation.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };

const memory = rowMemory(EvaluationSimulationEntity);
const unfinishedMax = 20;

/** Has a draft evaluated for everybody. Nothing but the simulation itself is written. */
export const startSimulation = (
  context: RequestContext,
  input: DraftInput & Repeatable,
): Promise<EvaluationSimulation> =>
  runCommand(context, { name: 'startSimulation', input, memory }, async ({ manager, now }) => {
    const { model, class: fieldClass } = await readDraft(context, manager, input);
    const population = input.population ?? null;
    // What the viewer may not filter by is refused here: the simulation itself reads all.
    const scope = await readScope(context, subjectEntity(model.subjectType), { population });
    compileCriteria(scope, population ?? {});
    if ((await countUnfinished(manager)) >= unfinishedMax) {
      throw ruleViolation(
        `${unfinishedMax} simulations are waiting; wait for them, or cancel some`,
      );
    }
    const { code, version: _, ...definition } = model;
    const id = newId();
    await insertSimulation(manager, {
      id,
      now,
      createdById: context.viewer.staffId,
      model: code,
      definition,
      population,
      day: companyDate(now),
      class: fieldClass,
    });
    return memory.recall(manager, id);
  });

/** Ends a simulation before its next subjects. */
export const cancelSimulation = (
  context: RequestContext,
  input: Repeatable & { readonly id: string },
): Promise<EvaluationSimulation> =>
  runCommand(context, { name: 'cancelSimulation', input, memory }, async ({ manager, now }) => {
    requireDrafts(context.viewer);
    const id = isId(input.id) ? idToBytes(input.id) : null;
    const [found] = await selectRows(
      manager,
      EvaluationSimulationEntity,
      sql`WHERE t.id = ${id} FOR UPDATE`,
    );
    if (!found) throw notFound(EvaluationSimulationEntity.name, input.id);
    if (found.state !== 'QUEUED' && found.state !== 'RUNNING') {
      throw ruleViolation('The simulation has ended');
    }
    await manager.query(
      `UPDATE evaluationSimulation SET state = 'CANCELLED', finishedAt = ?, updatedAt = ?,
         version = version + 1 WHERE id = ?`,
      [now, now, id],
    );
    return memory.recall(manager, found.id);
  });
