import { containsGtids, type GtidSet } from '../gtid.ts';
import type { StoredRecord, TermRecord } from '../record.ts';
import { now } from '../time.ts';
import {
  close,
  drain,
  leaveReplication,
  open,
  shut,
  startApplier,
  stopReceiving,
  takePromotionLock,
} from './acts.ts';
import { look, withHands, type Agent, type Hands } from './agent.ts';
import { holdLease } from './lease.ts';
import { agentOf, noteRecord, report, type Keeper } from './state.ts';
import { hasForgotten } from './sight.ts';
import { Conflict } from './store.ts';
import { readView, viewSql } from './view.ts';

/** Begins a new term. From here on no data source writes to the former writer. */
export async function beginTerm(
  keeper: Keeper,
  record: StoredRecord,
  writer: string,
): Promise<StoredRecord> {
  const { revision, ...known } = record;
  const next: TermRecord = {
    ...known,
    term: record.term + 1,
    writer,
    was: record.writer,
    // Should this promotion fail, the former writer holds every acknowledged commit still.
    standby: [record.writer],
    phase: 'promoting',
  };
  const stored = await keeper.store.writeRecord(next, revision);
  noteRecord(keeper, stored);
  return stored;
}

const nobody = { standby: [], standbySince: {} } as const;

/** Takes over from a writer that is lost. */
export async function promote(keeper: Keeper, record: StoredRecord, node: string): Promise<void> {
  const stored = await beginTerm(keeper, record, node);
  const former = agentOf(keeper, record.writer);
  // To spare a writer that is only out of our sight some futile work. The fence does not rest on it.
  void shut(former, 300).catch(() => undefined);
  await finishPromotion(keeper, stored);
}

/**
 * Opens the writer of a new term. Any keeper may finish what another began, and any may do so
 * again: all steps end on one connection that the next keeper kills before it begins.
 */
export async function finishPromotion(keeper: Keeper, record: StoredRecord): Promise<void> {
  const target = agentOf(keeper, record.writer);
  const startedAt = now();
  const better = await withHands(target, async (hands) => {
    await takePromotionLock(hands);
    await requireRevision(keeper, record.revision);
    await requireMemory(hands, record);
    const ahead = await stopOthers(keeper, target, hands);
    if (!ahead) await openWriter(keeper, record, hands);
    return ahead;
  });
  if (better) return finishPromotion(keeper, await beginTerm(keeper, record, better));

  const { revision, ...known } = record;
  const uuid = target.view?.uuid;
  const writers = uuid ? [...new Set([...record.writers, uuid])] : record.writers;
  const serving: TermRecord = { ...known, writers, phase: 'serving', ...nobody };
  await keeper.store.writeRecord(serving, revision);
  const ms = Math.round(now() - startedAt);
  const message = `${record.writer} takes writes, ${ms} ms after that was decided`;
  report(keeper, 'promoted', { node: record.writer, message });
}

/** It was well when it was chosen, which is a moment ago. */
async function requireMemory(hands: Hands, record: StoredRecord): Promise<void> {
  if (hasForgotten(record, record.writer, readView(await hands.ask(viewSql)))) {
    throw new Error(`${record.writer} has restarted: it may lack acknowledged commits`);
  }
}

export async function requireRevision({ store }: Keeper, revision: number): Promise<void> {
  const current = await store.readRecord();
  if (current?.revision !== revision) throw new Conflict('The term record');
}

/**
 * Ends replication from the former source everywhere: from here on it can get no acknowledgement.
 * Only now is it certain which replica has received most; the name of a better one is returned.
 */
async function stopOthers(keeper: Keeper, target: Agent, hands: Hands): Promise<string | null> {
  await hands.do('STOP REPLICA IO_THREAD');
  const source = target.view?.sourceUuid ?? null;
  const siblings = keeper.agents.filter(
    (agent) => agent !== target && agent.isUp && source && agent.view?.sourceUuid === source,
  );
  await Promise.all(
    siblings.map(async (agent) => {
      await stopReceiving(agent);
      await look(agent);
    }),
  );
  const { held } = readView(await hands.ask(viewSql));
  const better = siblings.find(({ view }) => view && !containsGtids(held, view.held));
  return better?.node.name ?? null;
}

/** Shorter than the lease, which is renewed in between. */
const drainStepMs = 500;

async function openWriter(keeper: Keeper, record: StoredRecord, hands: Hands): Promise<void> {
  const { held } = readView(await hands.ask(viewSql));
  await startApplier(agentOf(keeper, record.writer)).catch(() => {
    // There is nothing to apply on a server that never was a replica.
  });
  while (!(await drain(hands, held, drainStepMs))) {
    if (!(await holdLease(keeper))) throw new Conflict('The lease');
    report(keeper, 'suspect', { node: record.writer, message: 'still applies what it received' });
  }
  await leaveReplication(hands);
  await requireRevision(keeper, record.revision);
  await open(hands, keeper.options.durability === 'strict');
}

/** Changes the writer on purpose, without losing or refusing a write. */
export async function switchover(keeper: Keeper, record: StoredRecord, to: string): Promise<void> {
  const former = agentOf(keeper, record.writer);
  const target = agentOf(keeper, to);
  if (record.writer === to) throw new Error(`${to} is the writer already`);
  if (!record.standby.includes(to)) {
    const standby = record.standby.join(', ') || 'none';
    throw new Error(`${to} is no synchronous standby (standby: ${standby})`);
  }
  await catchUp(keeper, former, target);
  const stored = await beginTerm(keeper, record, to);
  try {
    await handOver(keeper, stored, former);
  } catch (error) {
    // The former writer is still the one that has everything.
    await finishPromotion(keeper, await beginTerm(keeper, stored, record.writer));
    throw error;
  }
  await finishPromotion(keeper, stored);
}

/** Lets a standby apply what it has, while writes still go on. */
async function catchUp(keeper: Keeper, former: Agent, target: Agent): Promise<void> {
  const { drainTimeoutMs } = keeper.timing;
  const gtids = former.view?.gtids ?? new Map();
  if (!(await drainHolding(keeper, target, gtids))) {
    throw new Error(
      `${target.node.name} is more than ${drainTimeoutMs} ms behind: try again later`,
    );
  }
}

/** Closes the former writer once its last commits are on the new one, and lets that apply them. */
async function handOver(keeper: Keeper, record: StoredRecord, former: Agent): Promise<void> {
  const target = agentOf(keeper, record.writer);
  const { held } = await withHands(former, async (hands) => {
    await takePromotionLock(hands);
    await requireRevision(keeper, record.revision);
    await close(hands, former);
    return readView(await hands.ask(viewSql));
  });
  const isReady = await drainHolding(keeper, target, held);
  if (!isReady) throw new Error(`${target.node.name} did not catch up in time`);
}

/** Waits until a server has executed something, and stays the keeper that acts meanwhile. */
async function drainHolding(keeper: Keeper, target: Agent, gtids: GtidSet): Promise<boolean> {
  const deadline = now() + keeper.timing.drainTimeoutMs;
  return withHands(target, async (hands) => {
    while (!(await drain(hands, gtids, drainStepMs))) {
      if (now() >= deadline) return false;
      if (!(await holdLease(keeper))) throw new Conflict('The lease');
    }
    return true;
  });
}
