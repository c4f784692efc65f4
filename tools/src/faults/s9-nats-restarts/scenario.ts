import { kill, start } from '../../mesh/control.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { gather } from '../feed/audience.ts';
import { none, seconds, type Scenario } from '../scenario.ts';

const subscribers = 1000;
const steadyMs = 3000;
const awayMs = 3000;
const againMsMax = 10_000;

export const scenario: Scenario = {
  id: 'S9',
  title: 'NATS restarts under 1,000 subscribers',
  onMesh: async (stage) => {
    const audience = await gather(stage, { subscribers, perSecond: 10 });
    const all = audience.fleet.subscribers;
    try {
      await sleep(steadyMs);
      kill(stage.mesh, 'nats');
      await sleep(awayMs);
      await start(stage.mesh, 'nats');
      const backAt = Date.now();
      const isTold = (): boolean => all.every(({ told }) => (told.at(-1)?.at ?? 0) > backAt);
      await until(isTold, { forMs: 3 * againMsMax });
      const againMs = Date.now() - backAt;
      await sleep(steadyMs);
      const lost = all.filter(({ closes }) => closes.length > 0).length;
      const { invariants } = await audience.judge();
      return [
        none('connections lost', lost),
        seconds('until all were told again', againMs, againMsMax / 1000),
        ...invariants,
      ];
    } finally {
      audience.end();
    }
  },
};
