import { countGtids, formatGtidSet, subtractGtids, type GtidSet } from '../gtid.ts';
import type { StoredRecord } from '../record.ts';
import { now } from '../time.ts';
import {
  canCatchUp,
  clone,
  fence,
  follow,
  takePromotionLock,
  waitForAcknowledgement,
} from './acts.ts';
import { look, withHands, type Agent } from './agent.ts';
import { errantMax } from './options.ts';
import { agentOf, report, reportOnce, type Keeper } from './state.ts';
import type { View } from './view.ts';

export type Rejoining = {
  readonly name: string;
  /** Give it a new copy of everything, whatever it holds. An operator's word. */
  readonly isForced: boolean;
};

/**
 * Brings a server back as a replica of the writer, and makes it anew when that is the only way.
 * Gives the reason when it is left alone instead.
 */
export async function rejoin(
  keeper: Keeper,
  record: StoredRecord,
  { name, isForced }: Rejoining,
): Promise<string | null> {
  const agent = agentOf(keeper, name);
  const writer = agentOf(keeper, record.writer);
  await look(agent);
  if (!agent.view || !agent.isUp) throw new Error(`${name} does not answer (${agent.error})`);
  if (!isForced && isStranger(agent.view, writer.view)) {
    const message = `${name} shares no transaction with ${record.writer}: it belongs to another cluster and is left alone`;
    reportOnce(keeper, 'stranger', { node: name, message });
    return message;
  }
  await close(keeper, agent, agent.view);
  return attach(keeper, { agent, writer, record, isForced });
}

async function close(keeper: Keeper, agent: Agent, view: View): Promise<void> {
  if (!view.isReadOnly) {
    const killed = await fence(agent);
    const message = `closed, ${killed} clients were sent away`;
    report(keeper, 'fenced', { node: agent.node.name, message });
  } else if (view.waitsForAcknowledgement) {
    // A read-only server has finished all its commits: there is nobody to be told a lie.
    await withHands(agent, async (hands) => {
      await takePromotionLock(hands);
      await waitForAcknowledgement(hands, false);
    });
  }
}

function isStranger(view: View, writer: View | null): boolean {
  if (!writer || view.gtids.size === 0 || writer.gtids.size === 0) return false;
  return ![...view.gtids.keys()].some((origin) => writer.gtids.has(origin));
}

type Attaching = {
  readonly agent: Agent;
  readonly writer: Agent;
  readonly record: StoredRecord;
  readonly isForced: boolean;
};

async function attach(keeper: Keeper, attaching: Attaching): Promise<string | null> {
  const { agent, writer } = attaching;
  // First the one, then the other: what the first has and the second lacks is surely in excess.
  await look(agent);
  await look(writer);
  if (!agent.view || !writer.view) throw new Error('A server went away meanwhile');
  const errant = subtractGtids(agent.view.held, writer.view.gtids);
  if (!mayDiscard(keeper, attaching, errant)) return refuse(keeper, agent, errant);
  const isBehind = !(await canCatchUp(writer, agent.view.gtids));
  if (errant.size > 0 || isBehind || attaching.isForced || isHollow(agent, writer)) {
    await cloneFrom(keeper, attaching, errant);
    return null;
  }
  await follow(agent, writer);
  const message = `follows ${writer.node.name}`;
  report(keeper, 'rejoined', { node: agent.node.name, message });
  return null;
}

/** A copy that ended half-way leaves a server without its data, and without transactions. */
const isHollow = ({ view, needsCopy }: Agent, writer: Agent): boolean =>
  needsCopy || (view?.gtids.size === 0 && (writer.view?.gtids.size ?? 0) > 0);

/** Only a writer has commits that nobody was told of. Anything else somebody put there on purpose. */
function mayDiscard(keeper: Keeper, { record, isForced }: Attaching, errant: GtidSet): boolean {
  if (errant.size === 0 || isForced) return true;
  const isFormerWriter = (origin: string): boolean =>
    record.writers.includes(origin.split(':')[0] ?? '');
  return (
    (keeper.options.clonesFormerWriters ?? true) &&
    countGtids(errant) <= errantMax &&
    [...errant.keys()].every(isFormerWriter)
  );
}

function refuse(keeper: Keeper, agent: Agent, errant: GtidSet): string {
  const { name } = agent.node;
  const message = `${name} holds ${countGtids(errant)} transactions that the writer lacks (${formatGtidSet(errant).slice(0, 200)}): it is left alone until an operator rejoins it by force`;
  reportOnce(keeper, 'errant', { node: name, message });
  return message;
}

async function cloneFrom(
  keeper: Keeper,
  { agent, writer }: Attaching,
  errant: GtidSet,
): Promise<void> {
  const { name } = agent.node;
  const from = writer.node.name;
  const count = countGtids(errant);
  if (count > 0) {
    const message = `${count} transactions that were never acknowledged: ${formatGtidSet(errant).slice(0, 200)}`;
    report(keeper, 'errant', { node: name, message });
  }
  report(keeper, 'cloning', { node: name, message: `takes a new copy of everything from ${from}` });
  const startedAt = now();
  agent.needsCopy = true;
  await clone(agent, writer);
  agent.needsCopy = false;
  const message = `has a new copy after ${Math.round(now() - startedAt)} ms and restarts`;
  report(keeper, 'cloned', { node: name, message });
}
