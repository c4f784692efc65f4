import { randomFillSync } from 'node:crypto';
import { poolsOf, waitForWriter, type Access } from './access.ts';
import { rows, run, type Connection } from './connection.ts';
import { errorNumber, HaError, isLost, isReadOnly, isRolledBack } from './errors.ts';
import { parseGtidSet } from './gtid.ts';
import { insertMarker, markerTable } from './marker-table.ts';
import type { Node } from './node.ts';
import { acquire, drop, release, type Pool } from './pool.ts';
import { noteCommitted, waitEnd } from './scope.ts';
import { before, clockOf, now, sleep } from './time.ts';

/**
 * Sixteen bytes, the time first, so that new rows go to the end of the table and old ones are found.
 * The time is that of the server which keeps the row: it alone judges how old the row is.
 */
export function newMarker(writer: Pick<Node, 'clockOffsetMs'>): Buffer {
  const id = Buffer.allocUnsafe(16);
  id.writeUIntBE(clockOf(writer), 0, 6);
  return randomFillSync(id, 6);
}

export type Outcome = 'committed' | 'not-committed' | 'unknown';

/**
 * Decides for good whether a transaction whose COMMIT was never answered has committed. It wrote
 * its marker first, so writing the same marker again either collides with it, or takes its place
 * and bars the way: then the lost COMMIT can never succeed any more.
 */
export async function decideOutcome(
  access: Access,
  id: Buffer,
  deadline: number,
): Promise<Outcome> {
  const { counters } = access.cluster;
  const endsAt = Math.min(deadline, waitEnd());
  while (now() < endsAt) {
    const answer = await tryToDecide(access, id, endsAt);
    if (answer === 'committed') counters.outcomesCommitted += 1;
    if (answer === 'not-committed') counters.outcomesAborted += 1;
    if (answer === 'committed' || answer === 'not-committed') return answer;
    if (answer === 'hopeless') break;
    await sleep(50);
  }
  counters.outcomesUnknown += 1;
  return 'unknown';
}

const duplicateKey = 1062;
const lockWaitTimeout = 1205;

async function tryToDecide(
  access: Access,
  id: Buffer,
  deadline: number,
): Promise<Outcome | 'hopeless'> {
  try {
    const pool = poolsOf(access, await waitForWriter(access, deadline)).writes;
    const connection = await acquire(pool, deadline);
    return await writeTombstone({ pool, connection }, id, deadline);
  } catch (error) {
    return mayPass(error) ? 'unknown' : 'hopeless';
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof HaError ||
  isLost(error) ||
  isReadOnly(error) ||
  isRolledBack(error) ||
  errorNumber(error) === lockWaitTimeout;

type Held = { readonly pool: Pool; readonly connection: Connection };

const late = (): Error => new HaError('HA_NODE_DOWN', 'no answer before the deadline');

/** The commit's own GTID is not known, so its caller has now seen all that the writer has. */
async function noteWriterState(connection: Connection, deadline: number): Promise<void> {
  const asked = rows(connection, 'SELECT @@global.gtid_executed gtids');
  const [row] = await before(deadline, asked, late).catch(() => []);
  if (row) noteCommitted(parseGtidSet(String(row['gtids'])));
}

async function writeTombstone(
  { pool, connection }: Held,
  id: Buffer,
  deadline: number,
): Promise<Outcome> {
  try {
    await before(deadline, run(connection, insertMarker, [id]), late);
    await before(deadline, run(connection, 'COMMIT'), late);
    release(pool, connection);
    return 'not-committed';
  } catch (error) {
    const isDuplicate = errorNumber(error) === duplicateKey;
    if (isDuplicate) await noteWriterState(connection, deadline);
    // A connection that holds an open transaction, or broke, is of no more use.
    drop(pool, connection);
    if (isDuplicate) return 'committed';
    throw error;
  }
}

/** How long a marker is kept: far longer than any lost COMMIT can be on its way. */
const keepMs = 24 * 3600 * 1000;
const sweepRowsMax = 5000;

/** Removes the markers that nobody can ask for any more. */
export async function sweepMarkers(access: Access): Promise<void> {
  const deadline = now() + access.options.writeDeadlineMs;
  const writer = await waitForWriter(access, deadline);
  const oldest = Buffer.alloc(16);
  oldest.writeUIntBE(clockOf(writer) - keepMs, 0, 6);
  const pool = poolsOf(access, writer).writes;
  const connection = await acquire(pool, deadline);
  try {
    const sql = `DELETE FROM ${markerTable} WHERE id < ? ORDER BY id LIMIT ${sweepRowsMax}`;
    await run(connection, sql, [oldest]);
    await run(connection, 'COMMIT');
    release(pool, connection);
  } catch (error) {
    drop(pool, connection);
    throw error;
  }
}
