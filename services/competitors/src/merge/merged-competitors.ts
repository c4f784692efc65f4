import { survivorsOf, type Mergeable } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';

/** Which competitor has become which. */
export const mergedCompetitors: Mergeable = { name: 'Competitor', table: 'mergedCompetitor' };

/** The competitors that ids mean now, for those that were merged; others are left out. */
export const currentCompetitors = (
  manager: Work['manager'],
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => survivorsOf(manager, ids, mergedCompetitors);
