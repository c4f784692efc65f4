import type { StoredRecord } from '../record.ts';
import { now, sleep } from '../time.ts';
import {
  applierProblem,
  isWaitingForAcknowledgement,
  open,
  startApplier,
  takePromotionLock,
  waitForAcknowledgement,
} from './acts.ts';
import { withHands } from './agent.ts';
import type { Decision } from './decide.ts';
import { finishPromotion, promote, requireRevision, switchover } from './promote.ts';
import { rejoin } from './rejoin.ts';
import { agentOf, report, reportOnce, type Keeper } from './state.ts';
import { Conflict } from './store.ts';

type Kind = Decision['do'];
type Of<K extends Kind> = Extract<Decision, { readonly do: K }>;
type Act<K extends Kind> = (
  keeper: Keeper,
  record: StoredRecord,
  decision: Of<K>,
) => Promise<StoredRecord | void>;

const acts: { readonly [K in Kind]: Act<K> } = {
  resume: (keeper, record) => resume(keeper, record),
  promote: async (keeper, record, { node, why }) => {
    report(keeper, 'failover', { node, message: `${node} takes over: ${why}` });
    await promote(keeper, record, node);
  },
  finish: (keeper, record) => finishPromotion(keeper, record),
  switchover: (keeper, record, { node }) => switchover(keeper, record, node),
  'wait-for-acknowledgement': (keeper, record, { isOn }) => setWaiting(keeper, record, isOn),
  list: (keeper, record, { node }) => list(keeper, record, node),
  unlist: (keeper, record, { node }) => unlist(keeper, record, node),
  'start-applier': (keeper, _, { node }) => restartApplier(keeper, node),
  rejoin: async (keeper, record, { node }) => rejoinBeside(keeper, record, node),
  report: async (keeper, record, { type, message }) =>
    reportOnce(keeper, type, { node: record.writer, message }),
};

/** Does one thing that was decided. Gives the record as it is then. */
export async function perform(
  keeper: Keeper,
  record: StoredRecord,
  decision: Decision,
): Promise<StoredRecord> {
  return (await actOn(decision)(keeper, record)) ?? record;
}

function actOn<K extends Kind>(decision: Of<K> & { readonly do: K }) {
  const act: Act<K> = acts[decision.do];
  return (keeper: Keeper, record: StoredRecord): Promise<StoredRecord | void> =>
    act(keeper, record, decision);
}

/** Nothing of it happens when the record was changed, however long this keeper was paused before. */
async function setWaiting(keeper: Keeper, record: StoredRecord, isOn: boolean): Promise<void> {
  await withHands(agentOf(keeper, record.writer), async (hands) => {
    await takePromotionLock(hands);
    await requireRevision(keeper, record.revision);
    await waitForAcknowledgement(hands, isOn);
  });
}

/** A keeper that was about to end the waiting has lost its connection before the name is listed. */
async function list(keeper: Keeper, record: StoredRecord, node: string): Promise<StoredRecord> {
  const { revision, ...known } = record;
  const startedAt = agentOf(keeper, node).view?.startedAt;
  const next = {
    ...known,
    standby: [...record.standby, node],
    standbySince: { ...record.standbySince, ...(startedAt !== undefined && { [node]: startedAt }) },
  };
  const stored = await withHands(agentOf(keeper, record.writer), async (hands) => {
    await takePromotionLock(hands);
    if (!(await isWaitingForAcknowledgement(hands))) throw new Conflict('What commits wait for');
    return keeper.store.writeRecord(next, revision);
  });
  report(keeper, 'standby', { node, message: 'holds everything and acknowledges every commit' });
  return stored;
}

/** First the record, then the source: a server whose word no longer counts is never promoted. */
async function unlist(keeper: Keeper, record: StoredRecord, node: string): Promise<StoredRecord> {
  const { revision, ...known } = record;
  const standby = record.standby.filter((name) => name !== node);
  const { [node]: _, ...standbySince } = record.standbySince;
  const next = { ...known, standby, standbySince };
  const stored = await keeper.store.writeRecord(next, revision);
  const isStrict = keeper.options.durability === 'strict';
  if (standby.length === 0 && !isStrict) await setWaiting(keeper, stored, false);
  report(keeper, 'degraded', { node, message: 'is away or was: commits no longer wait for it' });
  return stored;
}

/** Same term, same history: the writer restarted before anybody took its place. */
async function resume(keeper: Keeper, record: StoredRecord): Promise<void> {
  await withHands(agentOf(keeper, record.writer), async (hands) => {
    await takePromotionLock(hands);
    await requireRevision(keeper, record.revision);
    await open(hands, record.standby.length > 0 || keeper.options.durability === 'strict');
  });
  const message = 'came back and takes writes again';
  report(keeper, 'resumed', { node: record.writer, message });
}

const applierPauseMs = 5000;

/** One that stops for a reason stops again: it is started now and then, and a person is told. */
async function restartApplier(keeper: Keeper, node: string): Promise<void> {
  const agent = agentOf(keeper, node);
  const sinceMs = now() - agent.applierStartedAt;
  if (sinceMs < applierPauseMs) return;
  agent.applierStartedAt = now();
  const problem = await applierProblem(agent);
  await startApplier(agent);
  if (sinceMs > 3 * applierPauseMs) {
    report(keeper, 'applier-started', { node, message: 'applies again what it receives' });
    return;
  }
  const message = `${node} stops applying again and again (${problem}). A forced rejoin gives it a new copy`;
  reportOnce(keeper, 'error', { node, message });
}

const rejoinPauseMs = 500;

/** Takes long at times, so it goes on beside the looking. */
function rejoinBeside(keeper: Keeper, record: StoredRecord, node: string): void {
  const agent = agentOf(keeper, node);
  agent.isBusy = true;
  const work = async (): Promise<void> => {
    try {
      await rejoin(keeper, record, { name: node, isForced: false });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reportOnce(keeper, 'error', { node, message: `could not rejoin: ${message}` });
    }
    await sleep(rejoinPauseMs);
    agent.isBusy = false;
  };
  void work();
}
