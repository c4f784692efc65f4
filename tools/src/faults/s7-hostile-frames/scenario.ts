import { say } from '../../mesh/say.ts';
import { sleep } from '../../mesh/wait.ts';
import { latencies, percentile } from '../../subscribers/latency.ts';
import { peakMib, readUsage } from '../../subscribers/usage.ts';
import { gather, tokenOf } from '../feed/audience.ts';
import { none, slowdown, type Scenario } from '../scenario.ts';
import { attack, attacks } from './attacks.ts';

const others = 20;
const attackersEach = 5;
const steadyMs = 5000;
const slowdownMax = 2;
/** Below this a busy machine makes the difference, and not the attack. */
const noiseMs = 100;
const growthMibMax = 64;

export const scenario: Scenario = {
  id: 'S7',
  title: 'hostile clients: floods, and frames that are too many, too large or malformed',
  isFast: true,
  onMesh: async (stage) => {
    const audience = await gather(stage, { subscribers: others, perSecond: 20 });
    const { gateway } = stage.mesh.ports;
    const token = await tokenOf(stage, 'hostile');
    const all = audience.fleet.subscribers;
    try {
      await sleep(steadyMs);
      const before = await readUsage(gateway);
      const beganAt = Date.now();
      const attacking = attackAll(audience.url, token);
      const peak = await peakMib(gateway, attacking);
      const endedAt = Date.now();
      const slowest = (from: number, to: number): number =>
        Math.max(percentile(latencies(all, from, to), 0.99), noiseMs);
      const lost = all.filter(({ closes }) => closes.length > 0).length;
      const { invariants } = await audience.judge();
      return [
        none('connections that did not end with the right code', await attacking),
        none('others that were disconnected', lost),
        slowdown(
          'as long to the others at the 99th percentile',
          slowest(beganAt, endedAt) / slowest(beganAt - steadyMs, beganAt),
          slowdownMax,
        ),
        {
          what: 'more memory',
          value: Math.round(peak - before.residentMib),
          unit: 'MiB',
          bound: growthMibMax,
        },
        ...invariants,
      ];
    } finally {
      audience.end();
    }
  },
};

/** One kind after the other. Gives how many connections ended otherwise than they should. */
async function attackAll(url: string, token: string): Promise<number> {
  let wrong = 0;
  for (const each of attacks) {
    const ends = await Promise.all(
      Array.from({ length: attackersEach }, () => attack(url, token, each)),
    );
    const wrongs = ends.filter((code) => code !== each.code);
    if (wrongs.length > 0) say(`  ${each.what}: ${wrongs.join(' ')} instead of ${each.code}`);
    wrong += wrongs.length;
  }
  return wrong;
}
