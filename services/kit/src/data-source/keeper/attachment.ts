import { containsGtids, countGtids, subtractGtids } from '../gtid.ts';
import { now } from '../time.ts';
import type { Agent } from './agent.ts';
import { isAttached } from './sight.ts';
import { reportOnce, type Keeper } from './state.ts';
import type { View } from './view.ts';

/** At several looks a second this tells delays of up to a minute. */
const historyMax = 400;

/** Remembers since when a server receives from the writer, or does not, and whether it has it all. */
export function noteAttachments(keeper: Keeper, writer: Agent): void {
  const { view } = writer;
  if (!view || !writer.isUp) return;
  keeper.history.push({ at: now(), gtids: view.gtids });
  if (keeper.history.length > historyMax) keeper.history.splice(0, historyMax / 4);
  for (const agent of keeper.agents) {
    if (agent === writer) forget(agent);
    else noteAttachment(keeper, agent, view);
  }
}

function forget(agent: Agent): void {
  agent.detachedSince = null;
  agent.syncFrom = null;
  agent.probesAttached = 0;
  agent.isSynchronous = false;
  agent.strayedSince = null;
}

function noteAttachment(keeper: Keeper, agent: Agent, writer: View): void {
  const { view } = agent;
  const isNow = agent.isUp && view !== null && isAttached(view, writer, keeper.timing.quietMs);
  if (!isNow || view.startedAt !== (agent.earlier ?? view).startedAt) {
    const since = agent.detachedSince ?? now();
    forget(agent);
    agent.detachedSince = since;
    return;
  }
  agent.detachedSince = null;
  noteProgress(agent, view, writer);
  noteExcess(keeper, agent, writer);
}

/**
 * Commits wait for this server from some moment on; what the writer had a look later, surely after
 * that moment, must have arrived before the server may be trusted to hold everything.
 */
function noteProgress(agent: Agent, view: View, writer: View): void {
  const isWaitedFor = writer.waitsForAcknowledgement && writer.synchronousReplicas > 0;
  agent.probesAttached = isWaitedFor ? agent.probesAttached + 1 : 0;
  if (!isWaitedFor) agent.syncFrom = null;
  else if (agent.probesAttached >= 2) agent.syncFrom ??= writer.gtids;
  agent.isSynchronous =
    agent.strayedSince === null &&
    agent.syncFrom !== null &&
    containsGtids(view.held, agent.syncFrom);
}

/** A replica may be ahead for as long as a commit waits for its word, but not for long. */
const strayMs = 2000;

function noteExcess(keeper: Keeper, agent: Agent, writer: View): void {
  const { earlier, node } = agent;
  if (!earlier || containsGtids(writer.gtids, earlier.gtids)) {
    agent.strayedSince = null;
    return;
  }
  agent.strayedSince ??= now();
  if (now() - agent.strayedSince < strayMs) return;
  const count = countGtids(subtractGtids(earlier.gtids, writer.gtids));
  const message = `${node.name} holds ${count} transactions that the writer lacks`;
  reportOnce(keeper, 'errant', { node: node.name, message });
}
