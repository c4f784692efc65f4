import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { none, seconds, type Scenario } from '../scenario.ts';

const awayMs = 8000;

export const scenario: Scenario = {
  id: 'D4',
  title: 'the standby, which reports read from, is killed and comes back',
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: 14_000,
      lane: 'reporting',
      mayEnd: ({ standby }) => [standby],
      fault: async ({ standby }) => {
        kill(stage.mesh, standby);
        await sleep(awayMs);
        await start(stage.mesh, standby);
      },
    });
    return [
      none('failed requests', result.errors.reads + result.errors.writes),
      seconds('without a read', result.readGapMs, 1),
      seconds('without a write', result.writeGapMs, 5),
      seconds('until the standby is synchronous again', result.healedMs, 30),
      ...result.invariants,
    ];
  },
};
