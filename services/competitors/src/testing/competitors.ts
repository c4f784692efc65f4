import type { Database } from '@crm/kit/database/database';
import { documentAnswerer } from '@crm/kit/document/document.answer';
import { usualKeptDays } from '@crm/kit/document/document.config';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { partStore } from '@crm/kit/storage/blob-store';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { fileAnswerer } from '@crm/kit/transfer/file-answer';
import { usualRetention } from '@crm/kit/transfer/retention';
import type { Viewer } from '@crm/kit/viewer';
import { createContext } from '../context.ts';
import { documents } from '../document/document.commands.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';
import { callsOf, type Calls } from './make.ts';

export type TestCompetitors = TestSubgraph &
  Calls & {
    readonly db: Database;
    /** Records a competitor and gives its id. */
    readonly create: (input: object) => Promise<string>;
  };

/** The whole service on a database of its own. */
export async function testCompetitors(): Promise<TestCompetitors> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app = { db, log: createLog('test', 'silent'), now: () => new Date() };
  const settings = {
    service: 'competitors',
    key: 'k'.repeat(32),
    store: partStore,
    keptDays: usualKeptDays,
  };
  const subgraph = await testSubgraph({
    name: 'competitors',
    schema: createSchema(),
    createContext: (request) => createContext({ ...app, documents: settings }, request),
    files: fileAnswerer(
      { ...app, retention: usualRetention },
      documentAnswerer(app, settings, documents),
    ),
  });
  const { execute, stop } = subgraph;
  return {
    ...subgraph,
    db,
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
