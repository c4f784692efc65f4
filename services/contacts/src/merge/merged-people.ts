import { survivorsOf, type Mergeable } from '@crm/kit/projection/survivor';
import type { Work } from '@crm/kit/record/command';

type EntityManager = Work['manager'];

/** Which person has become which: people that were merged, and placeholders that were identified. */
export const mergedPeople: Mergeable = { name: 'Person', table: 'mergedPerson' };

/** The people that ids mean now, for those that were merged; others are left out. */
export const currentPeople = (
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => survivorsOf(manager, ids, mergedPeople);

/** The id by which a person is known now. */
export const currentPerson = async (manager: EntityManager, id: string): Promise<string> =>
  (await currentPeople(manager, [id])).get(id) ?? id;

type Named = {
  readonly personId?: string | null;
  readonly participantIds?: readonly string[] | null;
};

/** The rows with the people that they name as they are known now, each once. */
export async function withCurrentPeople<Row extends Named>(
  manager: EntityManager,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const ids = rows.flatMap(({ personId, participantIds }) => [
    ...(personId ? [personId] : []),
    ...(participantIds ?? []),
  ]);
  const survivors = await currentPeople(manager, ids);
  if (survivors.size === 0) return rows;
  const current = (id: string): string => survivors.get(id) ?? id;
  return rows.map((row) => ({
    ...row,
    ...(row.personId && { personId: current(row.personId) }),
    ...(row.participantIds && {
      participantIds: [...new Set(row.participantIds.map(current))],
    }),
  }));
}
