import { connectBus, type Bus } from '@crm/kit/event/bus';
import {
  closeCluster,
  openCluster,
  openDatabase,
  type Cluster,
  type Database,
} from '@crm/kit/database/database';
import { record, recordMany } from '@crm/kit/event/outbox';
import { createLog } from '@crm/kit/log';
import { moved, newProbes } from '../../faults/events/probe.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { mysqlNames } from '../../mesh/mysql-server.ts';
import { natsUrl } from '../../mesh/nats-server.ts';
import { sleep, until } from '../../mesh/wait.ts';

/** The outbox of customers, which its relay reads, filled with events that no service listens to. */
export type Outbox = {
  readonly db: Database;
  readonly bus: Bus;
  readonly unpublished: () => Promise<number>;
  readonly close: () => Promise<void>;
};

const service = 'customers';
const connectMsMax = 10_000;
const drainMsMax = 300_000;

export async function openOutbox(mesh: Mesh): Promise<Outbox> {
  const account = { user: service, password: mesh.secrets.mysql[service] ?? '' };
  const nodes = mysqlNames.map((name) => ({ name, host: '127.0.0.1', port: mesh.ports[name] }));
  const cluster: Cluster = openCluster({ nodes, ...account });
  const db = await openDatabase({ cluster, ...account, schema: `crm_${service}`, entities: [] });
  const bus = connectBus({
    url: natsUrl(mesh),
    name: 'bench',
    log: createLog('bench', 'silent'),
  });
  if (!(await until(() => bus.isConnected(), { forMs: connectMsMax }))) {
    throw new Error('NATS does not answer');
  }
  return {
    db,
    bus,
    unpublished: async () => {
      const [row] = await db.query<readonly { count: string }[]>(
        'SELECT COUNT(*) AS count FROM outbox WHERE publishedSeq IS NULL',
      );
      return Number(row?.count);
    },
    close: async () => {
      await bus.close();
      await db.destroy();
      closeCluster(cluster);
    },
  };
}

export type Teller = {
  readonly told: () => number;
  /** Records the next ones in one transaction, and has the relay look. */
  readonly tell: (count: number) => Promise<void>;
};

/** Events of so many aggregates, each with versions from 1 on, in rounds over all of them. */
export function createTeller({ db, bus }: Outbox, aggregates: number): Teller {
  const ids = newProbes(aggregates);
  let told = 0;
  return {
    told: () => told,
    tell: async (count) => {
      const events = Array.from({ length: count }, (_, at) => {
        const turn = told + at;
        return moved(ids[turn % aggregates] ?? '', Math.floor(turn / aggregates) + 1);
      });
      told += count;
      await db.transaction((manager) =>
        events[0] && count === 1 ? record(manager, events[0]) : recordMany(manager, events),
      );
      bus.signal(`crm.signal.outbox.${service}`);
    },
  };
}

/** Gives how long that took, in seconds. */
export async function untilPublished(outbox: Outbox): Promise<number> {
  const startedAt = performance.now();
  while ((await outbox.unpublished()) > 0) {
    if (performance.now() - startedAt > drainMsMax) throw new Error('Events are not published');
    await sleep(250);
  }
  return (performance.now() - startedAt) / 1000;
}

/** Events of one aggregate whose places in the stream are not in the order of their versions. */
export async function countMisplaced({ db }: Outbox): Promise<number> {
  const [row] = await db.query<readonly { count: string }[]>(
    `SELECT COUNT(*) AS count FROM (
       SELECT publishedSeq, LAG(publishedSeq) OVER (PARTITION BY aggregateId ORDER BY version) AS previousSeq
       FROM outbox WHERE aggregate = 'probe') AS told
     WHERE publishedSeq < previousSeq`,
  );
  return Number(row?.count);
}
