import type { Change } from '@crm/schemas/changes/change';

/**
 * Makes one change of all those of one record, where the last of them stands: what changed in any,
 * what was before the first. The order of what remains is that of the stream.
 */
export function coalesce(changes: readonly Change[]): readonly Change[] {
  const merged = new Map<string, Change>();
  for (const change of changes) {
    const key = `${change.entity.kind} ${change.entityId}`;
    const before = merged.get(key);
    merged.delete(key);
    merged.set(key, before ? merge(before, change) : change);
  }
  return [...merged.values()];
}

const merge = (earlier: Change, later: Change): Change => ({
  ...later,
  version: later.version ?? earlier.version,
  kind: earlier.kind === 'CREATED' && later.kind === 'UPDATED' ? 'CREATED' : later.kind,
  changedFields: [...new Set([...earlier.changedFields, ...later.changedFields])],
  previous: earlier.previous || later.previous ? { ...later.previous, ...earlier.previous } : null,
});
