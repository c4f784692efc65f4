import type { RequestContext } from '@crm/kit/context';
import { notFound } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import { listPage, type Connection, type PageArgs } from '@crm/kit/record/page';
import { findMovers } from './mover.repository.ts';
import { moversMax } from './compare-all.repository.ts';
import { requireDrafts } from './draft.queries.ts';
import { EvaluationSimulationEntity, type EvaluationSimulation } from './simulation.fields.ts';
import type { Simulation } from './simulation.queries.ts';
import { moverCount } from './simulation.ts';

export async function readSimulations(
  context: RequestContext,
  args: PageArgs,
): Promise<Connection<EvaluationSimulation>> {
  requireDrafts(context.viewer);
  return listPage(context, EvaluationSimulationEntity, args);
}

/** One that the viewer may know the results of; NOT_FOUND for every other. */
export async function readSimulation(
  context: RequestContext,
  id: string,
): Promise<EvaluationSimulation> {
  const { nodes } = isId(id)
    ? await readSimulations(context, { where: { id: { eq: id } }, first: 1 })
    : { nodes: [] };
  const [found] = nodes;
  if (!found) throw notFound(EvaluationSimulationEntity.name, id);
  return found;
}

/** What came out; null until it has. */
export function resultOf(
  { app }: RequestContext,
  { id, model, definition, comparison, subjectsTotal }: EvaluationSimulation,
): Simulation | null {
  if (!comparison || !definition) return null;
  const { subjectType } = definition;
  return {
    model: { ...definition, code: model, version: 0 },
    populationCount: Math.max(subjectsTotal, comparison.count),
    comparison,
    movers: {
      count: Math.min(moversMax, moverCount(comparison)),
      read: async (from, size) => {
        const movers = await findMovers(app.db.manager, id, { from, size });
        return movers.map((mover) => ({ ...mover, subjectType }));
      },
    },
  };
}
