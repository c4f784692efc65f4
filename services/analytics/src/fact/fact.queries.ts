import {
  aggregateRecords,
  type AggregateArgs,
  type AggregateResult,
} from '@crm/kit/record/aggregate';
import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import type { Entity } from '@crm/kit/record/entity';
import { keptSums } from '../rollup/rollup.ts';
import { facts } from './fact-kinds.ts';
import { withNames } from './group-names.ts';
import { walkedByCustomer } from './long-walk.ts';

export type FactAggregateArgs = AggregateArgs & { readonly fact: string };

/** The facts that a question is about, and the question. */
export const planFacts = ({
  fact,
  ...args
}: FactAggregateArgs): { readonly entity: Entity; readonly args: AggregateArgs } => ({
  entity: walkedByCustomer(factNamed(fact), args),
  args: { ...args, kept: keptSums(fact, args) },
});

/** Figures by group over the facts of one kind, with the names behind the ids of the groups. */
export async function aggregateFacts(
  context: RequestContext,
  asked: FactAggregateArgs,
): Promise<AggregateResult> {
  const { entity, args } = planFacts(asked);
  return withNames(context, entity, await aggregateRecords(context, entity, args));
}

function factNamed(kind: string): Entity {
  const [, entity] = Object.entries(facts).find(([name]) => name === kind) ?? [];
  if (entity) return entity;
  const message = `must be one of ${Object.keys(facts).join(', ')}`;
  throw invalid(`${kind} is for indicators alone`, [{ path: 'fact', message }]);
}
