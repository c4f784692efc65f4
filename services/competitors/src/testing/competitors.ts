import type { Database } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import type { Viewer } from '@crm/kit/viewer';
import { createContext } from '../context.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';
import { callsOf, type Calls } from './make.ts';

export type TestCompetitors = Pick<TestSubgraph, 'execute'> &
  Calls & {
    readonly db: Database;
    /** Records a competitor and gives its id. */
    readonly create: (input: object) => Promise<string>;
    readonly stop: () => Promise<void>;
  };

/** The whole service on a database of its own. */
export async function testCompetitors(): Promise<TestCompetitors> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app = { db, log: createLog('test', 'silent'), now: () => new Date() };
  const { execute, stop } = await testSubgraph({
    name: 'competitors',
    schema: createSchema(),
    createContext: (request) => createContext(app, request),
  });
  return {
    db,
    execute,
    ...callsOf(execute),
    create: async (input) => {
      const { data, errors } = await execute(CREATE, { input });
      if (errors) throw new Error(JSON.stringify(errors));
      return idOf(data?.['createCompetitor']);
    },
    stop: async () => {
      await stop();
      await db.destroy();
    },
  };
}

const CREATE = `mutation ($input: CreateCompetitorInput!) { createCompetitor(input: $input) { id } }`;

export const idOf = (value: unknown): string => String(Reflect.get(Object(value), 'id'));

/** Somebody of a team who has this role alone. */
export const as = (role: Viewer['roles'][number]): { viewer: Partial<Viewer> } => ({
  viewer: { subject: role, staffId: newId(), teamIds: [newId()], roles: [role] },
});
