import type { QueryPlan } from '@apollo/query-planner';
import { createClientErrors } from '../client-error.ts';
import type { Graph } from '../graph/graph.ts';
import type { Prepared } from '../operation/prepare.ts';
import type { Run } from '../run.ts';
import { compileShape } from './shape.ts';
import { compileSteps } from './steps.ts';
import { Unsupported } from './unsupported.ts';
import type { Work } from './work.ts';

/**
 * Compiles plan and answer of an operation once, so that a request only follows it. Undefined for
 * what this executor leaves to Apollo's own.
 */
export function compileRun(graph: Graph, prepared: Prepared, plan: QueryPlan): Run | undefined {
  try {
    return compile(graph, prepared, plan);
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

function compile(graph: Graph, prepared: Prepared, { node }: QueryPlan): Run {
  if (graph.hasInterfaceObjects) throw new Unsupported('@interfaceObject');
  if (node?.kind === 'Subscription') throw new Unsupported('a subscription');
  const steps = node && compileSteps(node, graph.supergraphSchema);
  const shape = compileShape(
    { schema: graph.schema, fragments: prepared.fragments },
    prepared.operation,
  );
  return async (variables, { call, onBug }) => {
    const work: Work = { variables, call, data: {}, errors: createClientErrors(onBug) };
    await steps?.(work);
    const { data, misfits } = shape(work.data, variables);
    // A null that an error explains is no second error.
    if (work.errors.list.length === 0) for (const path of misfits) work.errors.misfit(path);
    return { data, errors: work.errors.list };
  };
}
