import { scopeOf } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import type { PlanReach } from './plan.fields.ts';

/** Whose people the viewer may address; null for everybody's. */
export function reachOf(viewer: Viewer): PlanReach | null {
  const scope = scopeOf(viewer, 'write');
  if (scope === 'all') return null;
  return { staffId: viewer.staffId, teamIds: scope === 'team_tree' ? viewer.teamIds : [] };
}
