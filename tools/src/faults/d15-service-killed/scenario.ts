import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import type { Entry } from '../load.ts';
import { disturb, type Disturbed } from '../mesh/disturb.ts';
import { readTruth } from '../mesh/truth.ts';
import { none, seconds, type Scenario } from '../scenario.ts';

const service = 'customers';

/** The case in which a caller cannot know: it repeats the mutation with the same clientMutationId. */
export const scenario: Scenario = {
  id: 'D15',
  title: 'a service is killed between commits and their answers; callers repeat what failed',
  isFast: true,
  onMesh: async (stage) => {
    const result = await disturb(stage, {
      forMs: 10_000,
      mayEnd: () => [service],
      fault: async () => {
        kill(stage.mesh, service);
        await sleep(500);
        await start(stage.mesh, service);
      },
    });
    const failed = result.load.writes.filter(({ outcome }) => outcome !== 'ok');
    const refused = await repeat(result, failed);
    const { applied } = await readTruth(stage, result.traffic);
    const notOnce = result.load.writes.filter(({ operation }) => applied.get(operation) !== 1);
    return [
      none('writes that are not there exactly once', notOnce.length),
      none(`of ${failed.length} repeated writes refused`, refused),
      seconds('without a write', result.writeGapMs, 10),
      ...result.invariants,
    ];
  },
};

async function repeat({ traffic }: Disturbed, failed: readonly Entry[]): Promise<number> {
  let refused = 0;
  for (const { operation, row } of failed) {
    await traffic.client.write(operation, row).catch(() => (refused += 1));
  }
  return refused;
}
