import { release } from '../../mesh/control.ts';
import { say } from '../../mesh/say.ts';
import { sleep } from '../../mesh/wait.ts';
import { busiestSecond } from '../../subscribers/fleet.ts';
import type { Close, Subscriber } from '../../subscribers/subscriber.ts';
import { gather } from '../feed/audience.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const subscribers = 1000;
const steadyMs = 3000;
const backMsMax = 20_000;
const perSecondMax = 200;
const restart = 1012;

export const scenario: Scenario = {
  id: 'S10',
  title: 'two gateways with 1,000 subscribers are released one by one',
  instances: 2,
  onMesh: async (stage) => {
    // Ten services, two gateways and a balancer are much for two cores: what counts is who comes back.
    const audience = await gather(stage, { subscribers, perSecond: 3 });
    const { fleet } = audience;
    try {
      await sleep(steadyMs);
      const releasedAt = Date.now();
      await release(stage.mesh, 'gateway');
      const isBack = await fleet.untilLive(backMsMax);
      await sleep(steadyMs);
      const failed = audience.changes.failed();
      const { invariants } = await audience.judge();
      const closes = fleet.subscribers.flatMap((each) => each.closes);
      // Who is refused because a gateway is about to end was never connected to it.
      const broken = closes.filter(({ code, wasTaken }) => wasTaken && code !== restart);
      sayWhy(broken, fleet.subscribers);
      for (const why of audience.changes.reasons()) say(`  a write failed: ${why}`);
      const sentAway = closes.filter(({ code }) => code === restart).map(({ at }) => at);
      return [
        {
          what: 'sent away in the busiest second',
          value: busiestSecond(sentAway, releasedAt),
          unit: '',
          bound: perSecondMax,
        },
        {
          what: 'sent away with 1012',
          value: sentAway.length,
          unit: '',
          bound: subscribers,
          isFloor: true,
        },
        none('closed otherwise', broken.length),
        none('failed writes', failed),
        holds('all were back', isBack),
        ...invariants,
      ];
    } finally {
      audience.end();
    }
  },
};

function sayWhy(broken: readonly Close[], all: readonly Subscriber[]): void {
  for (const code of new Set(broken.map((close) => close.code))) {
    say(`  closed with ${code}: ${broken.filter((close) => close.code === code).length}`);
  }
  for (const why of new Set(all.flatMap(({ refusals }) => refusals))) say(`  ${why}`);
}
