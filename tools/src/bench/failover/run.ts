import type { Contender, Opened } from './contenders.ts';
import type { Fault, Scene } from './faults.ts';
import {
  errorCount,
  errorsOf,
  judge,
  longestGapMs,
  percentileMs,
  type Verdict,
} from '../../faults/ledger.ts';
import { startLab, type Lab } from '../../faults/lab.ts';
import { startLoad, type Load } from '../../faults/load.ts';

/** What one contender made of one fault. */
export type Result = Verdict & {
  readonly readGapMs: number;
  readonly writeGapMs: number;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly shed: number;
  readonly steadyReadMs: number;
  readonly steadyWriteMs: number;
  readonly notes: readonly string[];
};

const warmUpMs = 3000;
const usualTotalMs = 20_000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Puts a contender under the usual load, breaks something, and looks what became of every write. */
export async function runFault(contender: Contender, fault: Fault): Promise<Result> {
  const lab = await startLab({ ...contender.pair, hasLinks: fault.needsLinks ?? false });
  try {
    const opened = await contender.open(lab);
    const result = await breakUnderLoad(contender, fault, { lab, opened });
    await opened.client.close();
    return result;
  } finally {
    await lab.destroy();
  }
}

type Stage = { readonly lab: Lab; readonly opened: Opened };

async function breakUnderLoad(
  contender: Contender,
  fault: Fault,
  { lab, opened }: Stage,
): Promise<Result> {
  const scene = sceneOf(contender, { lab, opened });
  const load = startLoad(opened.client);
  await pause(warmUpMs);
  const faultAt = performance.now();
  await fault.run(scene);
  await pause((fault.totalMs ?? usualTotalMs) - (performance.now() - faultAt));
  const endAt = performance.now();
  await load.stop();
  const authority = (await opened.authority?.()) ?? scene.authority;
  const verdict = judge(load.writes, await lab.truth(authority));
  return { ...verdict, ...measure(load, faultAt, endAt), notes: opened.notes?.() ?? [] };
}

const sceneOf = (contender: Contender, { lab, opened }: Stage): Scene => ({
  lab,
  hasOperator: contender.hasOperator ?? false,
  isKept: contender.isKept ?? false,
  switchover: opened.switchover ?? null,
  authority: lab.a,
});

function measure(
  { reads, writes, shed }: Load,
  faultAt: number,
  endAt: number,
): Omit<Result, keyof Verdict | 'notes'> {
  const before = (entries: Load['reads']): Load['reads'] =>
    entries.filter(({ sentAt }) => sentAt < faultAt);
  return {
    readGapMs: longestGapMs(reads, faultAt, endAt),
    writeGapMs: longestGapMs(writes, faultAt, endAt),
    readErrors: errorCount(reads),
    writeErrors: errorCount(writes),
    codes: { ...errorsOf(reads), ...errorsOf(writes) },
    shed: shed.reads + shed.writes,
    steadyReadMs: percentileMs(before(reads), 0.5),
    steadyWriteMs: percentileMs(before(writes), 0.5),
  };
}
