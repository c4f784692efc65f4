import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kill, start } from '../../mesh/control.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { startSubscriber, type Told } from '../../subscribers/subscriber.ts';
import { tokenOf } from '../feed/audience.ts';
import { disturb } from '../mesh/disturb.ts';
import { sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { readStream } from '../mesh/stream.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const beforeMs = 5000;
const afterMs = 20_000;
const followMsMax = 60_000;

export const scenario: Scenario = {
  id: 'E5',
  title: 'the store of the event log is wiped while NATS is down',
  isFast: true,
  onMesh: async (stage) => {
    const token = await tokenOf(stage, 'follower');
    const follower = startSubscriber({
      url: graphqlUrl(stage.mesh).replace('http', 'ws'),
      token: () => token,
      filter: { entities: ['SALES_ORDER'] },
      entity: '__typename',
      after: 'earliest',
      returns: true,
    });
    try {
      const result = await disturb(stage, {
        forMs: beforeMs + afterMs,
        mayEnd: () => ['nats'],
        fault: async () => {
          await sleep(beforeMs);
          kill(stage.mesh, 'nats');
          await sleep(500);
          rmSync(join(stage.mesh.home.data, 'nats'), { recursive: true, force: true });
          await start(stage.mesh, 'nats');
        },
      });
      const orders = await ordersTold(stage);
      await until(() => missing(follower.told, orders) === 0, { forMs: followMsMax });
      return [
        none('events that are not in the new log', await countAbsent(stage)),
        none('events out of order in it', await countMisplaced(stage)),
        holds(
          'the follower is told of a gap',
          follower.told.some(({ kind }) => kind === 'GAP'),
        ),
        none('orders that the follower does not know', missing(follower.told, orders)),
        none('orders that it was told of out of order', countBackward(follower.told)),
        none('failed writes', result.errors.writes),
        ...result.invariants,
      ];
    } finally {
      follower.end();
    }
  },
};

/** Every order, by the last version that was told. */
async function ordersTold(stage: MeshStage): Promise<ReadonlyMap<string, number>> {
  const rows = await sql(
    stage,
    await writerOf(stage),
    `SELECT BIN_TO_UUID(aggregateId) AS id, MAX(version) AS version FROM crm_customers.outbox
     WHERE aggregate = 'order' AND visibility = 'public' GROUP BY aggregateId`,
  );
  return new Map(rows.map((row) => [String(row['id']), Number(row['version'])]));
}

function missing(told: readonly Told[], orders: ReadonlyMap<string, number>): number {
  const known = new Map(told.map(({ entityId, version }) => [entityId, version ?? 0]));
  return [...orders].filter(([id, version]) => (known.get(id) ?? 0) < version).length;
}

/** Between two gaps an order's versions only grow, but for an event that comes again. */
function countBackward(told: readonly Told[]): number {
  const versions = new Map<string, number>();
  const seen = new Set<string>();
  let backward = 0;
  for (const { kind, eventId, entityId, version } of told) {
    if (kind === 'GAP') versions.clear();
    if (entityId === null || version === null || seen.has(eventId)) continue;
    seen.add(eventId);
    if (version < (versions.get(entityId) ?? 0)) backward += 1;
    versions.set(entityId, version);
  }
  return backward;
}

/** Events of the last 72 hours, which is all of them here, that the log does not hold. */
async function countAbsent(stage: MeshStage): Promise<number> {
  const schemas = ['customers', 'contacts', 'care', 'analytics', 'competitors'];
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT ${schemas.map((name) => `(SELECT COUNT(*) FROM crm_${name}.outbox)`).join(' + ')} AS told`,
  );
  const stream = await readStream(stage);
  try {
    return Number(row?.['told']) - (await stream.lastSeq());
  } finally {
    await stream.close();
  }
}

async function countMisplaced(stage: MeshStage): Promise<number> {
  const stream = await readStream(stage);
  try {
    return await stream.countMisplaced(0);
  } finally {
    await stream.close();
  }
}
