import { pause, resume } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

const stallMs = 800;

export const scenario: Scenario = {
  id: 'D6',
  title: 'the source stalls for 0.8 s, as under a slow disk',
  isFast: true,
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: 5000,
      fault: async ({ source }) => {
        pause(stage.mesh, source);
        await sleep(stallMs);
        resume(stage.mesh, source);
      },
    });
    return [
      holds('it stays the source', result.after.source === result.before.source),
      none('failed requests', result.errors.reads + result.errors.writes),
      seconds('without a write', result.writeGapMs, 2),
      seconds('without a read', result.readGapMs, 1),
      ...result.invariants,
    ];
  },
};
