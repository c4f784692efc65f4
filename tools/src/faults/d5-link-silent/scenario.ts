import { sleep } from '../../mesh/wait.ts';
import type { Entry } from '../load.ts';
import { disturb } from '../mesh/disturb.ts';
import { none, seconds, type Scenario } from '../scenario.ts';

const silentMs = 15_000;
/** A request has 10 s, and its answer a second for the way. */
const answeredWithin = 11;
const recoveredMs = 5000;

/** No connection breaks and none answers: what a firewall that forgot them looks like. */
export const scenario: Scenario = {
  id: 'D5',
  title: 'the link from the services to the source goes silent, half-open, for 15 s',
  isFast: true,
  onMesh: async (stage) => {
    let healedAt = Infinity;
    const result = await disturb(stage, {
      forMs: silentMs + 10_000,
      fault: async ({ source }) => {
        stage.links[source].silence();
        await sleep(silentMs);
        stage.links[source].heal();
        healedAt = performance.now();
      },
    });
    const late = (entry: Entry): boolean =>
      entry.sentAt > healedAt + recoveredMs && entry.outcome !== 'ok';
    const { reads, writes } = result.load;
    return [
      seconds('for the slowest answer', result.slowestMs, answeredWithin),
      seconds('without a read', result.readGapMs, 1),
      none('failures 5 s after the link was back', [...reads, ...writes].filter(late).length),
      ...result.invariants,
    ];
  },
};
