import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { percentileMs } from '../ledger.ts';
import { newestEvent, untilTold } from '../mesh/backlog.ts';
import { disturb } from '../mesh/disturb.ts';
import { holds, none, seconds, slowdown, type Scenario } from '../scenario.ts';

const awayMsUsual = 60_000;
const awayMsFast = 20_000;
const slowdownMax = 2;
const drainMsMax = 15_000;

export const scenario: Scenario = {
  id: 'E1',
  title: 'NATS is away for 60 s, or 20 in the fast set, at 100 writes a second',
  isFast: true,
  onMesh: async (stage) => {
    const awayMs = stage.isHasty ? awayMsFast : awayMsUsual;
    let [leftAt, backAt, drainedMs] = [Infinity, Infinity, Infinity];
    const result = await disturb(stage, {
      wellMs: 10_000,
      forMs: awayMs + 5000,
      load: { writesPerSecond: 100, readsPerSecond: 20 },
      orderEvery: 5,
      mayEnd: () => ['nats'],
      fault: async () => {
        leftAt = performance.now();
        kill(stage.mesh, 'nats');
        await sleep(awayMs);
        const newest = await newestEvent(stage);
        await start(stage.mesh, 'nats');
        backAt = performance.now();
        drainedMs = await untilTold(stage, newest, 2 * drainMsMax);
      },
    });
    const { writes } = result.load;
    const before = writes.filter(({ sentAt }) => sentAt >= result.wellAt && sentAt < leftAt);
    const during = writes.filter(({ sentAt }) => sentAt >= leftAt && sentAt < backAt);
    return [
      none('failed writes', result.errors.writes),
      slowdown(
        'as long a write at the 99th percentile',
        percentileMs(during, 0.99) / percentileMs(before, 0.99),
        slowdownMax,
      ),
      seconds('until what had waited was told', drainedMs, drainMsMax / 1000),
      holds('no other source', result.after.source === result.before.source),
      ...result.invariants,
    ];
  },
};
