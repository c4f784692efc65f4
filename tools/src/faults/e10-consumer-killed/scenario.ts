import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { disturb } from '../mesh/disturb.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const killsMs = 60_000;
const aliveMs = 2000;

export const scenario: Scenario = {
  id: 'E10',
  title: 'the process that applies events is killed every 2 s for 60 s',
  onMesh: async (stage) => {
    const places: number[] = [];
    const result = await disturb(stage, {
      forMs: killsMs + 5000,
      mayEnd: () => ['analytics'],
      fault: async () => {
        const endAt = performance.now() + killsMs;
        while (performance.now() < endAt) {
          await sleep(aliveMs);
          kill(stage.mesh, 'analytics');
          await start(stage.mesh, 'analytics');
          places.push(await placeOf(stage));
        }
      },
    });
    const wrong = result.invariants.find(({ what }) => what === 'customers with wrong figures');
    return [
      none('customers with events lost or applied twice', wrong?.value ?? Infinity),
      holds('events are applied between deaths', isGoingOn(places)),
      none('failed writes', result.errors.writes),
      ...result.invariants,
    ];
  },
};

/** The place in the log below which all is applied. */
async function placeOf(stage: MeshStage): Promise<number> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT seq FROM crm_analytics.consumerPosition WHERE consumer = 'analytics'`,
  );
  return Number(row?.['seq'] ?? 0);
}

/** It never goes back, and moves in most of its lives. */
function isGoingOn(places: readonly number[]): boolean {
  const steps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
  return (
    steps.every((step) => step >= 0) && steps.filter((step) => step > 0).length > steps.length / 2
  );
}
