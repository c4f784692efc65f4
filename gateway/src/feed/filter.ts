import { readChangeFilter, type ChangeFilter } from '@crm/schemas/changes/filter';
import { shortHash } from './cursor.ts';

export type Filter = ChangeFilter & {
  /** Names the filter in cursors. */
  readonly hash: string;
};

/** Reads the argument `filter`. Throws INVALID. */
export function readFilter(given: unknown): Filter {
  const filter = readChangeFilter(given);
  return { ...filter, hash: shortHash(filter.key) };
}
