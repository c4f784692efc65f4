import { sleep } from '../../mesh/wait.ts';
import { judge } from '../ledger.ts';
import { startLoad } from '../load.ts';
import { heal, type MeshStage } from '../mesh/stage.ts';
import { countUntold, openBus } from '../mesh/stream.ts';
import { prepareTraffic } from '../mesh/traffic.ts';
import { countWrongFigures, readTruth } from '../mesh/truth.ts';
import { holds, none, type Measure, type Scenario } from '../scenario.ts';
import { startRepeating } from './repeat.ts';

const customers = 20;
const loadMs = 10_000;

export const scenario: Scenario = {
  id: 'E9',
  title: 'each event comes three times, the repetitions shuffled within 50',
  isFast: true,
  onMesh: async (stage) => {
    const bus = await openBus(stage);
    try {
      const { lastSeq } = await bus.streamState();
      const repeating = startRepeating(bus, lastSeq + 1);
      return await workMeanwhile(stage, repeating.stop);
    } finally {
      await bus.close();
    }
  },
};

async function workMeanwhile(
  stage: MeshStage,
  stopRepeating: () => Promise<number>,
): Promise<readonly Measure[]> {
  const traffic = await prepareTraffic(stage.graph, { customers });
  const load = startLoad(traffic.client, { rows: customers, readsPerSecond: 0 });
  await sleep(loadMs);
  await load.stop();
  await heal(stage);
  const untold = await countUntold(stage);
  const repeated = await stopRepeating();
  const verdict = judge(load.writes, await readTruth(stage, traffic));
  return [
    none('customers with wrong figures', await countWrongFigures(stage, traffic)),
    holds('every event was repeated', repeated > load.writes.length),
    none('acknowledged writes lost', verdict.lost),
    none('writes doubled', verdict.doubled),
    none('events not told', untold),
  ];
}
