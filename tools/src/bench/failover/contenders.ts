import type { PairOptions } from '@crm/kit/data-source/testing/mysql-pair';
import type { MysqlServer } from '@crm/kit/data-source/testing/mysql-server';
import { openOurs } from '../../faults/clients/ours.ts';
import { openPoolCluster } from '../../faults/clients/pool-cluster.ts';
import { openTypeorm, openTypeormAt } from '../../faults/clients/typeorm.ts';
import type { Lab } from '../../faults/lab.ts';
import type { Client } from '../../faults/load.ts';
import { startRouter } from './router.ts';

export type Opened = {
  readonly client: Client;
  readonly switchover?: () => Promise<void>;
  /** Who writes in the end; the source when nobody else took over. */
  readonly authority?: () => Promise<MysqlServer>;
  readonly notes?: () => readonly string[];
};

export type Contender = {
  readonly title: string;
  readonly pair?: PairOptions;
  readonly hasOperator?: boolean;
  readonly isKept?: boolean;
  readonly open: (lab: Lab) => Promise<Opened>;
};

const stock: PairOptions = { sourceOptions: [] };

export const contenders: Readonly<Record<string, Contender>> = {
  ours: {
    title: 'this data source and keeper',
    isKept: true,
    open: async (lab) => {
      const client = await openOurs(lab);
      return {
        client,
        authority: () => writerOf(lab),
        switchover: () => client.request({ do: 'switchover', to: 'b' }),
        notes: () => client.events.map((event) => JSON.stringify(event)),
      };
    },
  },
  'typeorm-default': {
    title: 'TypeORM replication, defaults',
    pair: stock,
    open: async (lab) => ({ client: await openTypeorm(lab, 'defaults') }),
  },
  'typeorm-tuned': {
    title: 'TypeORM replication, every knob set',
    pair: stock,
    open: async (lab) => ({ client: await openTypeorm(lab, 'tuned') }),
  },
  'typeorm-tuned+operator': {
    title: 'the same, and an operator promotes after 3 s',
    pair: stock,
    hasOperator: true,
    open: async (lab) => ({ client: await openTypeorm(lab, 'tuned') }),
  },
  'pool-cluster+operator': {
    title: 'mysql2 PoolCluster, read-only backup, and an operator',
    pair: stock,
    hasOperator: true,
    open: async (lab) => ({ client: await openPoolCluster(lab) }),
  },
  'pool-cluster-writable': {
    title: 'mysql2 PoolCluster, writable backup',
    pair: { ...stock, replicaOptions: [], isSemiSync: false },
    open: async (lab) => ({ client: await openPoolCluster(lab) }),
  },
  'router+operator': {
    title: 'MySQL Router, and an operator',
    pair: stock,
    hasOperator: true,
    open: async (lab) => {
      const router = await startRouter(lab);
      const client = await openTypeormAt(router.writer, router.reader);
      const close = async (): Promise<void> => {
        await client.close();
        await router.stop();
      };
      return { client: { ...client, close } };
    },
  },
};

/** The server that takes writes, by its own word. */
export async function writerOf({ a, b }: Lab): Promise<MysqlServer> {
  for (const server of [a, b]) {
    if (!server.process().isRunning()) continue;
    const [row] = await server.sql('SELECT @@super_read_only isReadOnly');
    if (Number(row?.['isReadOnly']) === 0) return server;
  }
  return a;
}
