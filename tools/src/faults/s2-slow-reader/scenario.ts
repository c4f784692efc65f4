import { sleep, until } from '../../mesh/wait.ts';
import { latencies, percentile } from '../../subscribers/latency.ts';
import { startSubscriber, type Subscriber } from '../../subscribers/subscriber.ts';
import { peakMib, readUsage } from '../../subscribers/usage.ts';
import { gather, tokenOf } from '../feed/audience.ts';
import { startFaultProxy } from '../proxy.ts';
import { holds, slowdown, type Scenario } from '../scenario.ts';

const others = 20;
const perSecond = 40;
/** A frame of about 48 KB, so that the stream is about 2 MB/s. */
const longText = '长'.repeat(4000);
const entity = `... on Customer { name developmentPlan {
  currentStrategy oneYear threeYear longTerm } }`;
const slowBytesPerSecond = 200_000;
/** Long enough to fill what the kernel keeps for a connection as well. */
const phaseMs = 12_000;
const liveMsMax = 60_000;
const slowdownMax = 1.5;
/** What one connection may have waiting, and as much again for the noise of collecting garbage. */
const growthMibMax = 64;

export const scenario: Scenario = {
  id: 'S2',
  title: 'a subscriber reads ten times slower than the stream',
  isFast: true,
  onMesh: async (stage) => {
    const wanted = { subscribers: others, perSecond, customers: 10, entity, longText };
    const audience = await gather(stage, wanted);
    const { gateway } = stage.mesh.ports;
    const all = audience.fleet.subscribers;
    const line = await startFaultProxy({ host: '127.0.0.1', port: gateway });
    const token = await tokenOf(stage, 'slow');
    const slow = startSubscriber({
      url: `ws://127.0.0.1:${line.port}/graphql`,
      token: () => token,
      filter: audience.filter,
      entity,
      after: 'earliest',
      returns: true,
    });
    try {
      // One who has not come to the end yet is served from the log, as slowly as it likes.
      const isLive = await until(slow.isLive, { forMs: liveMsMax });
      if (!isLive) throw new Error('The slow one did not come to the end while it was fast');
      await sleep(phaseMs);
      const before = await readUsage(gateway);
      const slowedAt = Date.now();
      line.set({ bytesPerSecond: slowBytesPerSecond });
      const peak = await peakMib(gateway, sleep(phaseMs));
      const slowedUntil = Date.now();
      const behind = slow.told.length;
      line.heal();
      const { invariants } = await audience.judge([slow]);
      return [
        slowdown(
          'as long to the others at the 99th percentile',
          slowest(all, slowedAt, slowedUntil) / slowest(all, slowedAt - phaseMs, slowedAt),
          slowdownMax,
        ),
        {
          what: 'more memory',
          value: Math.round(peak - before.residentMib),
          unit: 'MiB',
          bound: growthMibMax,
        },
        holds('the slow one was behind', behind < (all[0]?.told.length ?? 0)),
        holds('it was told so, or closed with a code to come back', wasTold(slow)),
        ...invariants,
      ];
    } finally {
      slow.end();
      audience.end();
      await line.close();
    }
  },
};

/** Below this a busy machine makes the difference, and not the slow one. */
const noiseMs = 50;

const slowest = (subscribers: readonly Subscriber[], from: number, to: number): number =>
  Math.max(percentile(latencies(subscribers, from, to), 0.99), noiseMs);

const comeBackCodes: readonly number[] = [1012, 1013];

const wasTold = ({ told, closes }: Subscriber): boolean =>
  told.some(({ kind }) => kind === 'OVERFLOW' || kind === 'GAP') ||
  closes.some(({ code }) => comeBackCodes.includes(code));
