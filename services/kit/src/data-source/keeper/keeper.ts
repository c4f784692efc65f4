import type { StoredRecord } from '../record.ts';
import { now } from '../time.ts';
import { closeAgent, createAgent, look, sightOf } from './agent.ts';
import { noteAttachments } from './attachment.ts';
import { bootstrap } from './bootstrap.ts';
import { decide, type Situation } from './decide.ts';
import type { KeeperEvent } from './events.ts';
import { holdLease } from './lease.ts';
import { keepMembers } from './members.ts';
import { defaultKeeperTiming, type KeeperOptions } from './options.ts';
import { perform } from './perform.ts';
import { leaveRequests, queueRequest, serveRequests } from './requests.ts';
import { agentOf, mayPromote, noteRecord, report, reportOnce, type Keeper } from './state.ts';
import { Conflict, type TermStore } from './store.ts';
import { noWriting, probeWrites } from './write-probe.ts';

/** Begins to keep a cluster. Any number of keepers may run; one of them acts. */
export function startKeeper(
  options: KeeperOptions,
  store: TermStore,
  onEvent: (event: KeeperEvent) => void = () => undefined,
): Keeper {
  const timing = { ...defaultKeeperTiming, ...options.timing };
  const keeper: Keeper = {
    options,
    timing,
    store,
    agents: options.nodes.map((node) =>
      createAgent(node, { options, timing, onLost: () => keeper.wake() }),
    ),
    onEvent,
    lease: { revision: 0, at: now(), isMine: false },
    term: null,
    former: null,
    lastEvent: null,
    said: new Map(),
    history: [],
    requests: [],
    writing: noWriting(null),
    wake: () => undefined,
    isRunning: true,
    loop: Promise.resolve(),
  };
  store.onRequest((request) => queueRequest(keeper, request));
  keeper.loop = runUntilStopped(keeper);
  return keeper;
}

/** Lets the work in hand end, gives the lease back, and closes what was opened. */
export async function stopKeeper(keeper: Keeper): Promise<void> {
  keeper.isRunning = false;
  await keeper.loop;
  if (keeper.lease.isMine) {
    // Without this another keeper takes over a little later, when the lease has run out.
    await keeper.store.releaseLease(keeper.lease.revision).catch(() => undefined);
  }
  for (const agent of keeper.agents) closeAgent(agent);
  await keeper.store.close();
}

async function runUntilStopped(keeper: Keeper): Promise<void> {
  while (keeper.isRunning) {
    const startedAt = now();
    try {
      await lookAndAct(keeper);
    } catch (error) {
      if (!(error instanceof Conflict)) {
        const message = error instanceof Error ? error.message : String(error);
        reportOnce(keeper, 'error', { message });
      }
    }
    await pause(keeper, tickMsOf(keeper) - (now() - startedAt));
  }
}

const hurriedTickMs = 50;
const hurriedLooks = 10;

/** A server that has just gone is decided upon soon; one that stays away is looked at as ever. */
const tickMsOf = ({ agents, lease, timing }: Keeper): number =>
  lease.isMine && agents.some(({ failures }) => failures > 0 && failures < hurriedLooks)
    ? Math.min(hurriedTickMs, timing.tickMs)
    : timing.tickMs;

const pauseMsMin = 5;

const pause = (keeper: Keeper, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(pauseMsMin, ms));
    keeper.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

async function lookAndAct(keeper: Keeper): Promise<void> {
  const acts = await holdLease(keeper);
  const stored = await keeper.store.readRecord();
  if (stored) noteRecord(keeper, stored);
  if (!acts) return leaveRequests(keeper);

  await Promise.all(keeper.agents.map(look));
  keeper.said.delete('error ');
  if (!stored) return begin(keeper);
  const record = await keepMembers(keeper, stored);
  noteAttachments(keeper, agentOf(keeper, record.writer));
  probeWrites(keeper, record);
  const decisions = decide(situationOf(keeper, record));
  if (!decisions.some((decision) => decision.do === 'report')) forgetReports(keeper);
  let current = record;
  for (const decision of decisions) current = await perform(keeper, current, decision);
  await serveRequests(keeper);
}

/** What was suspected or asked for is over: should it come again, it is worth saying again. */
function forgetReports(keeper: Keeper): void {
  for (const topic of keeper.said.keys()) {
    if (/^(?:suspect|needs-operator) /.test(topic)) keeper.said.delete(topic);
  }
}

async function begin(keeper: Keeper): Promise<void> {
  const origin = { cluster: keeper.options.cluster, former: keeper.former };
  const result = bootstrap(origin, keeper.agents.map(sightOf));
  if ('problem' in result) {
    return reportOnce(keeper, 'needs-operator', { message: result.problem });
  }
  const { record } = result;
  await keeper.store.writeRecord(record, null);
  noteRecord(keeper, record);
  const was = origin.former ? 'The store had lost the record: ' : '';
  report(keeper, 'bootstrapped', {
    node: record.writer,
    message: `${was}${record.writer} is the writer`,
  });
}

/** A backup under a global lock looks like a broken disk; a full disk looks like nothing else. */
const isLostToWrites = ({ writing, options }: Keeper): boolean =>
  writing.isFull || (writing.isWedged && options.writeProbe?.onWedged === 'promote');

function situationOf(keeper: Keeper, record: StoredRecord): Situation {
  const { options, timing, term } = keeper;
  const sinceMs = term === null ? Infinity : now() - term.at;
  return {
    record,
    timing,
    sights: keeper.agents.map(sightOf),
    sinceFailoverMs: Number.isFinite(sinceMs) ? sinceMs : null,
    mayPromote: mayPromote(keeper),
    durability: options.durability ?? 'degrade',
    failback: options.failback ?? null,
    isWedged: isLostToWrites(keeper),
  };
}
