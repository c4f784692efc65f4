import type { PlanNode } from '@apollo/query-planner';
import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { compileCondition } from './operation/condition.ts';

/**
 * The keys of root fields that a plan leaves out although nothing says to: the planner drops what no
 * subgraph can answer, and the client would take the null for an answer.
 */
export function uncoveredFields(
  { selectionSet }: OperationDefinitionNode,
  plan: PlanNode | undefined,
): readonly string[] {
  const planned = new Set(plan ? plannedNames(plan) : []);
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind !== Kind.FIELD || compileCondition(selection)) return [];
    const name = selection.name.value;
    if (name.startsWith('__') || planned.has(name)) return [];
    return [selection.alias?.value ?? name];
  });
}

function plannedNames(node: PlanNode): readonly string[] {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(plannedNames);
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap((clause) =>
        clause ? plannedNames(clause) : [],
      );
    case 'Fetch':
      return node.requires ? [] : namesIn(node.operation);
    case 'Flatten':
    case 'Defer':
      break;
  }
  return [];
}

function namesIn(operation: string): readonly string[] {
  const names: string[] = [];
  for (const definition of parse(operation).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    collect(definition.selectionSet.selections, names);
  }
  return names;
}

function collect(
  selections: OperationDefinitionNode['selectionSet']['selections'],
  names: string[],
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) names.push(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet.selections, names);
  }
}
