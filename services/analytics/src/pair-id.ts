import { idOf, idToBytes } from '@crm/kit/id';

/** The id of what two records have with each other: always the same. */
export const pairId = (one: string, other: string): string =>
  idOf(Buffer.concat([idToBytes(one), idToBytes(other)]));
