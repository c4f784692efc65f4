import { survivorsOf, type Mergeable } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';

/** Which competitor has become which. */
export const mergedCompetitors: Mergeable = { name: 'Competitor', table: 'mergedCompetitor' };

/** The competitors that ids mean now, for those that were merged; others are left out. */
export const currentCompetitors = (
  manager: Work['manager'],
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => survivorsOf(manager, ids, mergedCompetitors);

/** The input with the competitor that a field of it names as it is known now. */
export async function withCurrentCompetitor<Input extends object>(
  { manager }: Work,
  input: Input,
  field: 'competitorId' | 'id' | 'winnerId' = 'competitorId',
): Promise<Input> {
  const id: unknown = Reflect.get(input, field);
  if (typeof id !== 'string') return input;
  const current = (await currentCompetitors(manager, [id])).get(id.toLowerCase());
  return current === undefined ? input : { ...input, [field]: current };
}
