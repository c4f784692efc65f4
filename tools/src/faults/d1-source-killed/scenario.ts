import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { holds, seconds, type Scenario } from '../scenario.ts';

const returnsAfterMs = 9000;

export const scenario: Scenario = {
  id: 'D1',
  title: 'the source is killed under 50 writes and 100 reads a second',
  isFast: true,
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: 16_000,
      mayEnd: ({ source }) => [source],
      fault: async ({ source }) => {
        kill(stage.mesh, source);
        await sleep(returnsAfterMs);
        await start(stage.mesh, source);
      },
    });
    return [
      seconds('without a write', result.writeGapMs, 10),
      seconds('without a read', result.readGapMs, 1),
      holds('the standby took over', result.after.source === result.before.standby),
      seconds('until the old source stands by', result.healedMs, 30),
      ...result.invariants,
    ];
  },
};
