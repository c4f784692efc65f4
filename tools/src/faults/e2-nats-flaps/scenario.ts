import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { percentileMs } from '../ledger.ts';
import { disturb } from '../mesh/disturb.ts';
import { holds, none, slowdown, type Scenario } from '../scenario.ts';

const flapsMs = 60_000;
const everyMs = 5000;
const slowdownMax = 2;

export const scenario: Scenario = {
  id: 'E2',
  title: 'NATS is killed and started every 5 s for 60 s at 100 writes a second',
  onMesh: async (stage) => {
    let [beganAt, endedAt] = [Infinity, Infinity];
    const result = await disturb(stage, {
      wellMs: 10_000,
      forMs: flapsMs + 5000,
      load: { writesPerSecond: 100, readsPerSecond: 20 },
      orderEvery: 5,
      mayEnd: () => ['nats'],
      fault: async () => {
        beganAt = performance.now();
        while (performance.now() - beganAt < flapsMs) {
          kill(stage.mesh, 'nats');
          await start(stage.mesh, 'nats');
          await sleep(everyMs);
        }
        endedAt = performance.now();
      },
    });
    const { writes } = result.load;
    const before = writes.filter(({ sentAt }) => sentAt >= result.wellAt && sentAt < beganAt);
    const during = writes.filter(({ sentAt }) => sentAt >= beganAt && sentAt < endedAt);
    return [
      none('failed writes', result.errors.writes),
      slowdown(
        'as long a write at the 99th percentile',
        percentileMs(during, 0.99) / percentileMs(before, 0.99),
        slowdownMax,
      ),
      holds('no other source', result.after.source === result.before.source),
      ...result.invariants,
    ];
  },
};
