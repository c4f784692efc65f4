import { cut, openConnection, run } from '../connection.ts';
import { clarified, isLost } from '../errors.ts';
import type { StoredRecord } from '../record.ts';
import { now } from '../time.ts';
import { adminOf, withHands, type Agent } from './agent.ts';
import { agentOf, report, reportOnce, type Keeper, type Writing } from './state.ts';

/** The statement that makes the table of a write probe. */
export const createWriteProbeTable = (table: string): string =>
  `CREATE TABLE IF NOT EXISTS ${table} (id INT PRIMARY KEY, at TIMESTAMP(3) NOT NULL)`;

export const noWriting = (node: string | null): Writing => ({
  node,
  startedAt: null,
  endedAt: -Infinity,
  isWedged: false,
  isFull: false,
});

/**
 * Begins a write on the writer now and then, and judges the one that is under way. Never a second
 * one: behind a lock or a broken disk they would pile up.
 */
export function probeWrites(keeper: Keeper, record: StoredRecord): void {
  const { writeProbe } = keeper.options;
  const { writer, phase } = record;
  if (!writeProbe || phase !== 'serving' || !takesWrites(agentOf(keeper, writer))) return;
  if (keeper.writing.node !== writer) keeper.writing = noWriting(writer);

  const { startedAt, endedAt } = keeper.writing;
  if (startedAt !== null) void judge(keeper, writer, now() - startedAt);
  else if (now() - endedAt >= writeProbe.everyMs) void write(keeper, writer);
}

const takesWrites = ({ isUp, view }: Agent): boolean => isUp && view?.isReadOnly === false;

async function judge(keeper: Keeper, node: string, tookMs: number): Promise<void> {
  const limitMs = keeper.options.writeProbe?.timeoutMs ?? Infinity;
  const { isWedged, startedAt } = keeper.writing;
  if (tookMs < limitMs || isWedged) return;
  keeper.writing = { ...keeper.writing, isWedged: true };
  const isFull = await waitsForRoom(agentOf(keeper, node)).catch(() => false);
  if (keeper.writing.node !== node || keeper.writing.startedAt !== startedAt) return;
  keeper.writing = { ...keeper.writing, isFull };
  const why = isFull ? 'its disk is full' : 'its disk, a lock on everything, or no acknowledgement';
  reportWedged(keeper, node, `has not finished a write for ${limitMs} ms: ${why}`);
}

/** Says so once and then waits, a minute at a time, for somebody to make room. */
const waitsForRoomSql = `SELECT COUNT(*) count FROM performance_schema.error_log
  WHERE error_code = 'MY-000035' AND logged > NOW(6) - INTERVAL 1 MINUTE`;

async function waitsForRoom(agent: Agent): Promise<boolean> {
  const { count } = await withHands(agent, (hands) => hands.ask(waitsForRoomSql));
  return Number(count) > 0;
}

const reportWedged = (keeper: Keeper, node: string, why: string): void =>
  report(keeper, 'wedged', { node, message: `${node} answers, but ${why}` });

async function write(keeper: Keeper, node: string): Promise<void> {
  keeper.writing = { ...keeper.writing, startedAt: now() };
  const error = await tryToWrite(keeper, node).then(
    () => null,
    (cause: unknown) => cause,
  );
  if (keeper.writing.node !== node) return;
  keeper.writing = { ...keeper.writing, startedAt: null, endedAt: now() };
  if (error === null) noteFinished(keeper, node);
  else if (!isLost(error)) noteRefused(keeper, node, error);
}

async function tryToWrite(keeper: Keeper, node: string): Promise<void> {
  const agent = agentOf(keeper, node);
  const { address, session } = adminOf(agent);
  const connection = await openConnection(address, session, keeper.timing.probeTimeoutMs);
  try {
    await run(connection, `REPLACE INTO ${keeper.options.writeProbe?.table} VALUES (1, NOW(3))`);
  } finally {
    cut(connection);
  }
}

function noteFinished(keeper: Keeper, node: string): void {
  if (!keeper.writing.isWedged) return;
  keeper.writing = { ...keeper.writing, isWedged: false, isFull: false };
  report(keeper, 'unwedged', { node, message: `${node} finishes writes again` });
}

function noteRefused(keeper: Keeper, node: string, error: unknown): void {
  const known = clarified(error, node);
  const message = known instanceof Error ? known.message : String(known);
  if (known !== error) noteRefusing(keeper, node, message);
  else reportOnce(keeper, 'error', { node, message: `The write probe failed: ${message}` });
}

function noteRefusing(keeper: Keeper, node: string, message: string): void {
  if (keeper.writing.isWedged) return;
  keeper.writing = { ...keeper.writing, isWedged: true };
  reportWedged(keeper, node, `refuses a write: ${message}`);
}
