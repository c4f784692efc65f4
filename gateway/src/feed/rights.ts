import { readsCompany, readsOwned, scopeOf } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import { isRecord } from '../is-record.ts';
import type { RunRequest } from '../run.ts';
import { customerEntity, type Change, type EntityType } from '@crm/schemas/changes/change';

/** What a reader may be told of a change. `gone`: that it happened to what is no longer there. */
export type Sight = 'seen' | 'gone' | 'hidden';

export type Look = (change: Change) => Sight;

type Target = { readonly entity: EntityType; readonly id: string };

/**
 * Asks the services which records of the changes the viewer may see at this moment: they alone know
 * who owns what. Throws when one of them does not answer.
 */
export async function lookAt(
  changes: readonly Change[],
  viewer: Viewer,
  call: RunRequest['call'],
): Promise<Look> {
  const byService = new Map<string, Map<string, Target>>();
  for (const change of changes) {
    const target = targetOf(change);
    if (!target) continue;
    const targets = byService.get(target.entity.service) ?? new Map<string, Target>();
    byService.set(target.entity.service, targets.set(keyOf(target), target));
  }
  const asked = [...byService].map(([service, targets]) =>
    findVisible(service, [...targets.values()], call),
  );
  const visible = new Set((await Promise.all(asked)).flat());
  const readsAll = scopeOf(viewer, 'read') === 'all';
  const readsOwn = readsCompany(viewer);

  const look: Look = (change) => {
    const target = targetOf(change);
    const isVisible = target !== null && visible.has(keyOf(target));
    if (isEnd(change)) {
      return readsAll || isVisible || readsDeleted(viewer, change) ? 'seen' : 'hidden';
    }
    if (isVisible) return 'seen';
    return readsAll ? 'gone' : 'hidden';
  };
  return (change) => (change.entity.isOwn && !readsOwn ? 'hidden' : look(change));
}

const isEnd = ({ kind }: Change): boolean => kind === 'DELETED' || kind === 'MERGED';

/** The record; for a deleted one, which nobody sees any more, the customer that it belonged to. */
function targetOf({ kind, entity, entityId, customerId, mergedIntoId }: Change): Target | null {
  if (kind !== 'DELETED') return { entity, id: mergedIntoId ?? entityId };
  if (entity.access !== 'customer' || customerId === null) return null;
  return { entity: customerEntity, id: customerId };
}

function readsDeleted(viewer: Viewer, { entity, owned }: Change): boolean {
  if (entity.access === 'company') return !viewer.roles.includes('partner');
  return entity.access === 'owner' && owned !== null && readsOwned(viewer, owned);
}

const keyOf = ({ entity, id }: Target): string => `${entity.type} ${id}`;

const query =
  'query Visible($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';

async function findVisible(
  service: string,
  targets: readonly Target[],
  call: RunRequest['call'],
): Promise<readonly string[]> {
  const representations = targets.map(({ entity, id }) => ({ __typename: entity.type, id }));
  const body = JSON.stringify({ query, variables: { representations } });
  const { data, errors } = await call({ service, body, isQuery: true });
  const entities = data?.['_entities'];
  if (errors.length > 0 || !Array.isArray(entities) || entities.length !== targets.length) {
    throw new Error(`${service} did not tell what may be seen`);
  }
  return targets.filter((_, index) => isRecord(entities[index])).map(keyOf);
}
