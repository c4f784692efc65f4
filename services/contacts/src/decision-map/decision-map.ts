import type { FieldProblem } from '@crm/kit/errors';
import type { DecisionNode } from './decision-map.fields.ts';

export type NodeInput = {
  readonly personId: string;
  readonly parentId?: string | null;
  readonly buyingRole: DecisionNode['buyingRole'];
  readonly stance?: DecisionNode['stance'];
  readonly influence?: number | null;
  readonly note?: string | null;
};

export const nodesMax = 100;

/** What is wrong with the nodes of a map: each person once, under another one of the map, without a circle. */
export function nodeProblems(
  nodes: readonly NodeInput[],
  readable: ReadonlySet<string>,
): FieldProblem[] {
  const parents = new Map(nodes.map(({ personId, parentId }) => [personId, parentId ?? null]));
  const first = new Map(nodes.toReversed().map((node) => [node.personId, node]));
  return nodes.flatMap((node, at) => {
    const { personId, parentId, influence } = node;
    const checks: readonly (readonly [isBroken: boolean, field: string, message: string])[] = [
      [!readable.has(personId), 'personId', 'is no person whom you may read'],
      [first.get(personId) !== node, 'personId', 'is on the map already'],
      [Boolean(parentId) && !parents.has(parentId ?? ''), 'parentId', 'is not on the map'],
      [isBelowItself(parents, personId), 'parentId', 'leads back to the person'],
      [isOutside(influence ?? 0), 'influence', 'must be from 0 to 100'],
    ];
    return checks
      .filter(([isBroken]) => isBroken)
      .map(([, field, message]) => ({ path: `nodes.${at}.${field}`, message }));
  });
}

const isOutside = (value: number): boolean => value < 0 || value > 100;

function isBelowItself(parents: ReadonlyMap<string, string | null>, personId: string): boolean {
  let above = parents.get(personId) ?? null;
  for (let steps = 0; above !== null && steps <= parents.size; steps += 1) {
    if (above === personId) return true;
    above = parents.get(above) ?? null;
  }
  return false;
}

const dayMs = 86_400_000;

/** Whole days from one moment to a later one. */
export const daysBetween = (from: Date, to: Date): number =>
  Math.floor((to.getTime() - from.getTime()) / dayMs);
