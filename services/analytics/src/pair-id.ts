import { createHash } from 'node:crypto';
import { idFromBytes, idToBytes } from '@crm/kit/id';

/** The id of what two records have with each other: always the same (UUID version 8). */
export function pairId(one: string, other: string): string {
  const bytes = createHash('sha256')
    .update(Buffer.concat([idToBytes(one), idToBytes(other)]))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return idFromBytes(bytes);
}
