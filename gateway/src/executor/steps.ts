import type { ConditionNode, PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { PlanPath } from './collect.ts';
import { compileFetch } from './fetch.ts';
import { Unsupported } from './unsupported.ts';
import type { Step } from './work.ts';

/** Turns a plan into one function. Throws Unsupported for what only Apollo's executor knows. */
export function compileSteps(node: PlanNode, schema: GraphQLSchema): Step {
  return compileNode(node, [], { schema, entityPaths: [] });
}

type Compiling = {
  readonly schema: GraphQLSchema;
  /** Paths at which entities were looked up so far: what they brought may be shared. */
  readonly entityPaths: PlanPath[];
};

function compileNode(node: PlanNode, path: PlanPath, compiling: Compiling): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, path, compiling)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, path, compiling)));
    case 'Flatten':
      return compileNode(node.node, [...path, ...readPath(node.path)], compiling);
    case 'Condition':
      return compileCondition(node, path, compiling);
    case 'Fetch': {
      const sharedFrom = sharedFromOf(path, compiling.entityPaths);
      if (node.requires) compiling.entityPaths.push(path);
      return compileFetch(node, { path, sharedFrom, schema: compiling.schema });
    }
    case 'Defer':
      break;
  }
  throw new Unsupported(node.kind);
}

const inSequence =
  (steps: readonly Step[]): Step =>
  async (work) => {
    for (const step of steps) await step(work);
  };

const inParallel =
  (steps: readonly Step[]): Step =>
  async (work) => {
    await Promise.all(steps.map((step) => step(work)));
  };

function compileCondition(node: ConditionNode, path: PlanPath, compiling: Compiling): Step {
  const onTrue = node.ifClause && compileNode(node.ifClause, path, compiling);
  const onFalse = node.elseClause && compileNode(node.elseClause, path, compiling);
  return async (work) => {
    const step = work.variables[node.condition] === true ? onTrue : onFalse;
    await step?.(work);
  };
}

/** A part of a path is a name or `@`; the planner has others for what this gateway does not turn on. */
function readPath(path: readonly (string | number)[]): PlanPath {
  return path.map((element) => {
    if (typeof element !== 'string' || element.startsWith('|')) throw new Unsupported('path');
    return element;
  });
}

function sharedFromOf(path: PlanPath, entityPaths: readonly PlanPath[]): number {
  const above = entityPaths.filter(
    (entityPath) =>
      entityPath.length < path.length && entityPath.every((part, index) => part === path[index]),
  );
  return Math.min(Number.POSITIVE_INFINITY, ...above.map(({ length }) => length));
}
