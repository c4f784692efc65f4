import { DataSource } from 'typeorm';
import type { Lab } from '../lab.ts';
import type { Client } from '../load.ts';
import { clientOf, tables } from './tables.ts';

type Place = { readonly host: string; readonly port: number };

const credentials = { username: 'app', password: 'app', database: 'test' };

/** TypeORM's own `replication` option. */
export async function openTypeorm(lab: Lab, how: 'defaults' | 'tuned'): Promise<Client> {
  const [a, b] = lab.nodes.map(({ host, port }) => ({ host, port, ...credentials }));
  if (!a || !b) throw new Error('A pair has two servers');
  const replication =
    how === 'defaults'
      ? { master: a, slaves: [b] }
      : { master: a, slaves: [b, a], removeNodeErrorCount: 1, restoreNodeTimeout: 1000 };
  const patience = how === 'tuned' ? { enableQueryTimeout: true, maxQueryExecutionTime: 2000 } : {};
  return open({ replication, ...patience });
}

/** TypeORM before something that routes connections. */
export const openTypeormAt = (writer: Place, reader: Place): Promise<Client> =>
  open({
    replication: {
      master: { ...writer, ...credentials },
      slaves: [{ ...reader, ...credentials }],
      removeNodeErrorCount: 1,
      restoreNodeTimeout: 500,
    },
  });

type Given = Partial<
  Extract<ConstructorParameters<typeof DataSource>[0], { type: 'mysql' | 'mariadb' }>
>;

async function open(given: Omit<Given, 'type'>): Promise<Client> {
  const db = new DataSource({
    type: 'mysql',
    database: 'test',
    entities: tables,
    logging: false,
    poolSize: 10,
    connectTimeout: 2000,
    ...given,
  });
  return clientOf(await db.initialize());
}
