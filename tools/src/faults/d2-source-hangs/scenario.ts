import { pause, resume } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { sql, type MeshStage, type Roles } from '../mesh/stage.ts';
import { holds, none, seconds, type Scenario } from '../scenario.ts';

const hangMs = 30_000;

export const scenario: Scenario = {
  id: 'D2',
  title: 'the source hangs for 30 s and wakes up after another took over',
  isFast: true,
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: hangMs + 5000,
      // Should it hold a commit that nobody acknowledged, it gets a new copy, and that restarts it.
      mayEnd: ({ source }) => [source],
      fault: async ({ source }) => {
        pause(stage.mesh, source);
        await sleep(hangMs);
        resume(stage.mesh, source);
      },
    });
    const { before, after } = result;
    return [
      seconds('without a write', result.writeGapMs, 5),
      seconds('without a read', result.readGapMs, 1),
      holds('the standby took over', after.source === before.standby),
      seconds('until the old source stands by', result.healedMs, 30),
      none('writes that only the old source has', await countErrant(stage, after)),
      ...result.invariants,
    ];
  },
};

/** Transactions of the standby that the source lacks. */
async function countErrant(stage: MeshStage, { source, standby }: Roles): Promise<number> {
  const [of] = await sql(stage, standby, 'SELECT @@GLOBAL.gtid_executed AS executed');
  const executed = String(of?.['executed']);
  const statement = `SELECT GTID_SUBTRACT('${executed}', @@GLOBAL.gtid_executed) AS errant`;
  const [row] = await sql(stage, source, statement);
  return row?.['errant'] === '' ? 0 : 1;
}
