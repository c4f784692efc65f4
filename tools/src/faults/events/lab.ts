import { startNats } from '@crm/kit/data-source/testing/nats';
import { startPair } from '@crm/kit/data-source/testing/mysql-pair';
import { connectBus, type Bus } from '@crm/kit/event/bus';
import { createLog, type Log } from '@crm/kit/log';
import { testDatabase } from '@crm/kit/testing/database';
import type { Database } from '@crm/kit/database/database';
import { until } from '../../mesh/wait.ts';
import { probeMigrations } from './probe.ts';

/** What lies between a service that tells and one that listens, with nothing else around it. */
export type EventLab = {
  readonly log: Log;
  readonly natsUrl: string;
  readonly mysqlNodes: string;
  /** Empty, with the tables of probes. */
  readonly database: () => Promise<Database>;
  /** One more process, so to say. */
  readonly connect: () => Promise<Bus>;
  readonly destroy: () => Promise<void>;
};

const connectMsMax = 10_000;

/** One MySQL server and one NATS. */
export async function openEventLab(): Promise<EventLab> {
  const pair = await startPair({ replicas: 0, sourceOptions: [], isSemiSync: false });
  const nats = await startNats();
  const log = createLog('faults', 'silent');
  const [natsUrl = ''] = nats.urls;
  const mysqlNodes = pair.servers
    .map(({ address }) => `${address.name}=${address.host}:${address.port}`)
    .join(',');
  // Where the kit's own helper for tests looks for a server.
  process.env['TEST_MYSQL'] = mysqlNodes;
  const opened: { readonly close: () => Promise<void> }[] = [];
  return {
    log,
    natsUrl,
    mysqlNodes,
    database: async () => {
      const db = await testDatabase({ entities: [], migrations: probeMigrations });
      opened.push({ close: () => db.destroy() });
      return db;
    },
    connect: async () => {
      const bus = connectBus({ url: natsUrl, name: 'faults', log });
      opened.push(bus);
      if (!(await until(() => bus.isConnected(), { forMs: connectMsMax }))) {
        throw new Error('NATS does not answer');
      }
      return bus;
    },
    destroy: async () => {
      for (const each of opened.toReversed()) await each.close();
      await nats.destroy();
      await pair.destroy();
    },
  };
}
