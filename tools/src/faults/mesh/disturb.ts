import { say } from '../../mesh/say.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { errorCount, errorsOf, judge, longestGapMs, slowestMs, type Verdict } from '../ledger.ts';
import { startLoad, type Entry, type Load, type LoadOptions } from '../load.ts';
import { none, type Measure } from '../scenario.ts';
import { countDeaths, heal, pidsOf, type MeshStage, type Roles } from './stage.ts';
import { countUntold, readStream } from './stream.ts';
import { prepareTraffic, type Traffic } from './traffic.ts';
import { countWrongFigures, readTruth } from './truth.ts';

export type Disturbance = {
  /** What goes wrong. The load goes on for `forMs` from its beginning. */
  readonly fault: (roles: Roles, traffic: Traffic) => Promise<void>;
  readonly forMs: number;
  /** How long all is well before, to compare with. */
  readonly wellMs?: number;
  /** Processes that this may end. */
  readonly mayEnd?: (roles: Roles) => readonly string[];
  readonly load?: Partial<LoadOptions>;
  /** One write in so many is an order, the others are smaller; all of them when left out. */
  readonly orderEvery?: number;
  /** The lane of the reads. */
  readonly lane?: 'interactive' | 'reporting';
};

/** What a time of trouble was like for callers, and what came of their writes. */
export type Disturbed = {
  readonly verdict: Verdict;
  readonly load: Load;
  /** Since when the load is carried with ease, and when something went wrong. */
  readonly wellAt: number;
  readonly faultAt: number;
  readonly traffic: Traffic;
  readonly readGapMs: number;
  readonly writeGapMs: number;
  /** Of all answers; Infinity when one never came. */
  readonly slowestMs: number;
  readonly errors: { readonly reads: number; readonly writes: number };
  /** From the end of the load until nothing was broken any more. */
  readonly healedMs: number;
  readonly before: Roles;
  readonly after: Roles;
  /** What has to hold whatever happens: I1, I2, I3, I4, I7. */
  readonly invariants: readonly Measure[];
};

const customers = 20;
const wellMsUsual = 3000;

/** Puts the mesh under the usual load, breaks something, mends it, and looks what became of every write. */
export async function disturb(stage: MeshStage, disturbance: Disturbance): Promise<Disturbed> {
  const before = await heal(stage);
  const stream = await readStream(stage);
  try {
    const startSeq = await stream.lastSeq();
    const { lane = 'interactive', orderEvery = 1 } = disturbance;
    const reader = stage.graph.as({ lane });
    const traffic = await prepareTraffic(stage.graph, { customers, orderEvery, reader });
    const pids = pidsOf(stage);
    const observed = await observe(stage, { disturbance, traffic, before });
    const mended = await mend(stage);
    const verdict = judge(observed.load.writes, await readTruth(stage, traffic));
    const deaths = countDeaths(stage, pids, disturbance.mayEnd?.(before) ?? []);
    const untold = await countUntold(stage);
    return {
      ...observed,
      ...mended,
      verdict,
      traffic,
      before,
      invariants: [
        ...invariantsOf(verdict),
        writesSent(observed.load, observed.wellAt),
        none('processes that died', deaths),
        none('events not told', untold),
        none('events out of order', await stream.countMisplaced(startSeq)),
        none('customers with wrong figures', await countWrongFigures(stage, traffic)),
      ],
    };
  } finally {
    await stream.close();
  }
}

type Going = {
  readonly disturbance: Disturbance;
  readonly traffic: Traffic;
  readonly before: Roles;
};

type Observed = Pick<
  Disturbed,
  'load' | 'wellAt' | 'faultAt' | 'readGapMs' | 'writeGapMs' | 'slowestMs' | 'errors'
>;

const answerMsMax = 20_000;

async function observe(
  stage: MeshStage,
  { disturbance, traffic, before }: Going,
): Promise<Observed> {
  const load = startLoad(traffic.client, { rows: customers, ...disturbance.load });
  await untilCarried(stage, load);
  const wellAt = performance.now();
  await sleep(disturbance.wellMs ?? wellMsUsual);
  const faultAt = performance.now();
  await disturbance.fault(before, traffic);
  await sleep(Math.max(0, disturbance.forMs - (performance.now() - faultAt)));
  const endAt = performance.now();
  await load.stop(answerMsMax);
  const since = ({ sentAt }: Entry): boolean => sentAt >= wellAt;
  const [reads, writes] = [load.reads.filter(since), load.writes.filter(since)];
  sayErrors('read', reads);
  sayErrors('write', writes);
  return {
    load,
    wellAt,
    faultAt,
    readGapMs: longestGapMs(reads, faultAt, endAt),
    writeGapMs: longestGapMs(writes, faultAt, endAt),
    slowestMs: slowestMs([...reads, ...writes]),
    errors: { reads: errorCount(reads), writes: errorCount(writes) },
  };
}

const recentMs = 2000;
const easyMs = 300;
const slowShareMax = 0.05;

/**
 * Programs that have just started are slow, and a machine may be too small or do much else. What is
 * owed by then would be taken for the work of the fault, so a load begins small, and grows as long as
 * it is carried with ease. The scenario's line tells how much of it that was.
 */
async function untilCarried({ pace }: MeshStage, load: Load): Promise<void> {
  let halvings = pace.halvings + (pace.isWarm ? 0 : warmings);
  load.scale(0.5 ** halvings);
  let isCarried = await isEasy(load, coldMsMax);
  while (isCarried && halvings > pace.halvings) {
    halvings -= 1;
    load.scale(2);
    isCarried = await isEasy(load, warmMsMax);
    if (!isCarried) pace.halvings = halvings + 1;
  }
  while (!isCarried && halvings < halvingsMax) {
    halvings += 1;
    load.scale(0.5);
    pace.halvings = halvings;
    isCarried = await isEasy(load, warmMsMax);
  }
  pace.isWarm = true;
  if (isCarried) return;
  await load.stop();
  const percent = Math.round(100 * slowShare(load));
  throw new Error(
    `This machine is too busy: with nothing broken ${percent} % of requests take over ${easyMs} ms`,
  );
}

const warmings = 2;
const coldMsMax = 20_000;
const warmMsMax = 10_000;

async function isEasy(load: Load, forMs: number): Promise<boolean> {
  const beganAt = performance.now();
  const isSo = (): boolean =>
    performance.now() - beganAt > recentMs + easyMs && slowShare(load) <= slowShareMax;
  return until(isSo, { forMs, everyMs: 250 });
}

const halvingsMax = 3;

/** The share of what was sent lately that took long, or takes long still. */
function slowShare({ reads, writes }: Load): number {
  const latest = performance.now() - easyMs;
  const recent = [...reads, ...writes].filter(
    ({ sentAt }) => sentAt > latest - recentMs && sentAt < latest,
  );
  const slow = recent.filter(
    ({ sentAt, answeredAt, outcome }) => outcome !== 'ok' || answeredAt - sentAt > easyMs,
  );
  return recent.length === 0 ? 1 : slow.length / recent.length;
}

/** Whatever the scenario makes of them. */
function sayErrors(kind: string, entries: readonly Entry[]): void {
  for (const [code, count] of Object.entries(errorsOf(entries))) say(`  ${kind}: ${count} ${code}`);
}

/** What was left of the load, for who reads the line. */
function writesSent({ writes }: Load, since: number): Measure {
  const sent = writes.filter(({ sentAt }) => sentAt >= since);
  const forMs = (sent.at(-1)?.sentAt ?? since) - since;
  const value = Math.round((1000 * sent.length) / Math.max(1, forMs));
  return { what: 'writes sent', value, unit: 'a second', bound: 1, isFloor: true };
}

async function mend(stage: MeshStage): Promise<Pick<Disturbed, 'after' | 'healedMs'>> {
  const startedAt = performance.now();
  return { after: await heal(stage), healedMs: performance.now() - startedAt };
}

const invariantsOf = (verdict: Verdict): readonly Measure[] => [
  none('acknowledged writes lost', verdict.lost),
  none('writes doubled', verdict.doubled),
  none('failed writes that are there', verdict.ghosts),
  none('writes without their event', verdict.isTorn ? 1 : 0),
  none('requests never answered', verdict.hung),
];
