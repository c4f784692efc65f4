import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { cpuShare } from '../../subscribers/usage.ts';
import { gather } from '../feed/audience.ts';
import { seconds, type Scenario } from '../scenario.ts';

const subscribers = 1000;
const steadyMs = 3000;
const backMsMax = 15_000;
const calmMsMax = 20_000;
const acceptedMax = 200;

export const scenario: Scenario = {
  id: 'S1',
  title: 'the gateway is killed with 1,000 subscribers',
  isFast: true,
  onMesh: async (stage) => {
    const audience = await gather(stage, { subscribers, perSecond: 10 });
    const { gateway } = stage.mesh.ports;
    try {
      await sleep(steadyMs);
      const usual = await cpuShare(gateway, steadyMs);
      const killedAt = Date.now();
      kill(stage.mesh, 'gateway');
      await start(stage.mesh, 'gateway');
      await audience.fleet.untilLive(3 * backMsMax);
      const backMs = Date.now() - killedAt;
      await untilCalm(gateway, usual, killedAt);
      const calmMs = Date.now() - killedAt;
      await sleep(steadyMs);
      const { invariants } = await audience.judge();
      return [
        seconds('until all were back', backMs, backMsMax / 1000),
        {
          what: 'taken in the busiest second',
          value: audience.fleet.acceptedMax(killedAt),
          unit: '',
          bound: acceptedMax,
        },
        seconds('until the gateway worked as before', calmMs, calmMsMax / 1000),
        ...invariants,
      ];
    } finally {
      audience.end();
    }
  },
};

/** Half as much again, and a tenth of a core, is what a busy machine makes of the same work. */
async function untilCalm(port: number, usual: number, since: number): Promise<void> {
  while (Date.now() - since < 2 * calmMsMax) {
    if ((await cpuShare(port, 1000)) <= usual * 1.5 + 0.1) return;
  }
}
