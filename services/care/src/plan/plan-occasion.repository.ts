import { isId } from '@crm/kit/id';
import { findByIds } from '@crm/kit/record/store';
import type { EntityManager } from 'typeorm';
import { OccasionEntity } from '../occasion/occasion.fields.ts';
import { dayOfCampaign, type PlanOccasion } from './plan-occasion.ts';

type Planned = { readonly occasionId: string | null; readonly startsOn: string | null };

/** Reads what plans give care for, in one statement. */
export async function findPlanOccasions(
  manager: EntityManager,
  plans: readonly Planned[],
): Promise<(plan: Planned) => PlanOccasion | null> {
  const ids = [...new Set(plans.flatMap(({ occasionId }) => occasionId ?? []))].filter(isId);
  const found = ids.length === 0 ? [] : await findByIds(manager, OccasionEntity, { ids });
  const by = new Map(found.map((occasion) => [occasion.id, occasion]));
  return ({ occasionId, startsOn }) =>
    startsOn === null ? (by.get(occasionId ?? '') ?? null) : dayOfCampaign(startsOn);
}
