import {
  aggregateRecords,
  type AggregateArgs,
  type AggregateResult,
} from '@crm/kit/record/aggregate';
import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import type { Entity } from '@crm/kit/record/entity';
import { facts } from './fact-kinds.ts';
import { withNames } from './group-names.ts';
import { walkedByCustomer } from './long-walk.ts';

export type FactAggregateArgs = AggregateArgs & { readonly fact: string };

/** Figures by group over the facts of one kind, with the names behind the ids of the groups. */
export async function aggregateFacts(
  context: RequestContext,
  { fact, ...args }: FactAggregateArgs,
): Promise<AggregateResult> {
  const entity = walkedByCustomer(factNamed(fact), args);
  return withNames(context, entity, await aggregateRecords(context, entity, args));
}

function factNamed(kind: string): Entity {
  const [, entity] = Object.entries(facts).find(([name]) => name === kind) ?? [];
  if (entity) return entity;
  const message = `must be one of ${Object.keys(facts).join(', ')}`;
  throw invalid(`${kind} is for indicators alone`, [{ path: 'fact', message }]);
}
