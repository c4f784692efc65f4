import { randomUUID } from 'node:crypto';
import { kill, start } from '../../mesh/control.ts';
import { sleep, until } from '../../mesh/wait.ts';
import {
  countOf,
  hurry,
  isOpen,
  letGo,
  outcomesOf,
  prepareGreetings,
  scheduleGreetings,
  setFault,
  takenTo,
  type Greeting,
} from '../care/greetings.ts';
import type { MeshStage } from '../mesh/stage.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';

const kills = { hasty: 3, all: 6 };
/** So many mails more before the next blow, or so long. */
const mailsBetweenKills = 15;
const sendingMsMax = 15_000;
const settledMsMax = 120_000;

export const scenario: Scenario = {
  id: 'C1',
  title: 'care is killed again and again while it sends greetings to a server that misbehaves',
  isFast: true,
  onMesh: async (stage) => {
    const mark = `c1-${randomUUID().slice(0, 8)}`;
    const people = stage.isHasty ? 100 : 1000;
    const addresses = Array.from({ length: people }, (_, at) => `${mark}.${at}@example.cn`);
    await scheduleGreetings(await prepareGreetings(stage, mark), addresses);
    const mischief = startMischief(stage);
    await letGo({ stage, mark });
    const rounds = stage.isHasty ? kills.hasty : kills.all;
    for (let round = 0; round < rounds; round += 1) await strike(stage);
    await mischief.stop();
    return judge(stage, mark, addresses);
  },
};

const faults: readonly object[] = [
  { mode: 'late', delayMs: 400, times: 3 },
  { mode: 'refuse', code: 450, stage: 'recipient', times: 2 },
  { mode: 'drop', times: 2 },
  { mode: 'drop', stage: 'recipient', times: 2 },
  { mode: 'refuse', code: 554, times: 1 },
  { mode: 'late', delayMs: 400, times: 3 },
];

function startMischief(stage: MeshStage): { readonly stop: () => Promise<void> } {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      await setFault(stage, faults[turn % faults.length] ?? {});
      await sleep(300);
    }
    await setFault(stage, { mode: 'none' });
  };
  const running = run();
  return {
    stop: () => {
      over.abort();
      return running;
    },
  };
}

async function strike(stage: MeshStage): Promise<void> {
  const before = (await takenTo(stage)).length;
  const isSending = async (): Promise<boolean> =>
    (await takenTo(stage)).length >= before + mailsBetweenKills;
  await until(isSending, { forMs: sendingMsMax, everyMs: 20 });
  await sleep(300 * Math.random());
  kill(stage.mesh, 'care');
  await start(stage.mesh, 'care');
}

async function judge(
  stage: MeshStage,
  mark: string,
  addresses: readonly string[],
): Promise<readonly Measure[]> {
  const endedAt = performance.now();
  const isWhole = await until(() => isSettled(stage, mark, addresses.length), {
    forMs: settledMsMax,
    everyMs: 500,
  });
  const tookMs = isWhole ? performance.now() - endedAt : Infinity;
  return [
    ...measures(await outcomesOf({ stage, mark }), countOf(await takenTo(stage))),
    seconds('until all had an outcome', tookMs, settledMsMax / 1000),
  ];
}

async function isSettled(stage: MeshStage, mark: string, people: number): Promise<boolean> {
  if (!(await hurry(stage))) return false;
  const rows = await outcomesOf({ stage, mark });
  return rows.length === people && !rows.some(isOpen);
}

function measures(
  rows: readonly Greeting[],
  counts: ReadonlyMap<string, number>,
): readonly Measure[] {
  const times = ({ email }: Greeting): number => counts.get(email) ?? 0;
  const accepted = rows.filter(({ status }) => status === 'ACCEPTED');
  const unknown = rows.filter(({ status }) => status === 'UNKNOWN');
  const known = new Set([...accepted, ...unknown]);
  return [
    none(`people of ${rows.length} greeted twice`, rows.filter((row) => times(row) > 1).length),
    none('accepted, and not there', accepted.filter((row) => times(row) !== 1).length),
    none(
      'there, and neither accepted nor unknown',
      rows.filter((row) => times(row) > 0 && !known.has(row)).length,
    ),
    holds('some outcomes are unknown, and listed', unknown.length > 0),
    holds('most were accepted', accepted.length > rows.length / 2),
  ];
}
