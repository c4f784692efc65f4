import type { Access } from './access.ts';
import { stalenessOf, writerOf } from './cluster.ts';
import { rows, type Connection } from './connection.ts';
import { HaError } from './errors.ts';
import { containsGtids, formatGtidSet, type GtidSet } from './gtid.ts';
import type { Node } from './node.ts';
import type { Scope } from './scope.ts';

type Reader = { readonly node: Node; readonly connection: Connection; readonly scope: Scope };

/**
 * Makes sure that a server has everything its reader has seen. Throws HA_NO_READER when it has not
 * and is not likely to have it in a moment: then another server is asked.
 */
export async function reachToken(access: Access, reader: Reader): Promise<void> {
  const { node, connection, scope } = reader;
  const missing = missingOn(access, node, scope.token);
  if (missing.size === 0) return;
  const { counters } = access.cluster;
  const waitMs = access.options.gtidWaitMs;
  const writer = writerOf(access.cluster);
  const isFarBehind =
    stalenessOf(access.cluster, node) > 2 * access.cluster.timing.probeMs + waitMs;
  if (writer && node !== writer && isFarBehind) {
    counters.gtidFallbacks += 1;
    throw new HaError('HA_NO_READER', `${node.name} has not reached what the reader has seen`);
  }
  counters.gtidWaits += 1;
  const sql = 'SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) isLate';
  const [row] = await rows(connection, sql, [formatGtidSet(missing), waitMs / 1000]);
  if (Number(row?.['isLate']) === 0) return;
  counters.gtidFallbacks += 1;
  throw new HaError('HA_NO_READER', `${node.name} did not reach what the reader has seen`);
}

/**
 * What of a token a server is not known to hold. What the writer itself has committed it holds;
 * what comes from a server that is no part of this cluster nobody can wait for.
 */
function missingOn(access: Access, node: Node, token: GtidSet): GtidSet {
  if (containsGtids(node.gtids, token)) return new Map();
  const isWriter = node === writerOf(access.cluster);
  const isMissing = (origin: string): boolean => {
    const [uuid] = origin.split(':');
    return isKnown(access, origin) && !(isWriter && uuid === node.uuid);
  };
  return new Map([...token].filter(([origin]) => isMissing(origin)));
}

const isKnown = (access: Access, origin: string): boolean =>
  access.cluster.nodes.some((node) => node.gtids.has(origin) || node.uuid === origin.split(':')[0]);
