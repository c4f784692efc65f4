import { switchover } from '../../mesh/cluster.ts';
import { disturb } from '../mesh/disturb.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  id: 'D11',
  title: 'the standby is made the source on purpose, under load',
  isFast: true,
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: 8000,
      fault: ({ standby }) => switchover(stage.mesh, standby),
    });
    return [
      none('failed requests', result.errors.reads + result.errors.writes),
      seconds('without a write', result.writeGapMs, 3),
      seconds('without a read', result.readGapMs, 1),
      holds('the standby took over', result.after.source === result.before.standby),
      ...result.invariants,
    ];
  },
};
