import type { App } from '@crm/kit/context';
import type { Database } from '@crm/kit/database/database';
import { documentAnswerer } from '@crm/kit/document/document.answer';
import { usualKeptDays } from '@crm/kit/document/document.config';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { kitMigrations } from '@crm/kit/migrations/index';
import { saveCustomerAccess } from '@crm/kit/projection/customer-access';
import { saveStaff } from '@crm/kit/projection/staff-directory';
import { recordReads } from '@crm/kit/record/disclosure';
import { testDatabase } from '@crm/kit/testing/database';
import { testSubgraph, type TestSubgraph } from '@crm/kit/testing/execute';
import { partStore, type BlobStore } from '@crm/kit/storage/blob-store';
import { fileAnswerer } from '@crm/kit/transfer/file-answer';
import { usualRetention } from '@crm/kit/transfer/retention';
import { z } from 'zod';
import { createContext } from '../context.ts';
import { documents } from '../document/document.commands.ts';
import { migrations } from '../migrations/index.ts';
import { createSchema } from '../schema.ts';

export type TestContacts = TestSubgraph & { readonly db: Database; readonly app: App };

/** The service on a free port, with an empty database of its own. */
export async function startContacts(store: BlobStore = partStore): Promise<TestContacts> {
  const db = await testDatabase({ entities: [], migrations: [...kitMigrations, ...migrations] });
  const app: App = { db, log: createLog('test', 'silent'), now: () => new Date() };
  const settings = { service: 'contacts', key: 'k'.repeat(32), store, keptDays: usualKeptDays };
  const subgraph = await testSubgraph({
    name: 'contacts',
    schema: createSchema(),
    recordReads: recordReads(db),
    createContext: (request) => createContext({ ...app, documents: settings }, request),
    files: fileAnswerer(
      { ...app, retention: usualRetention },
      documentAnswerer(app, settings, documents),
    ),
  });
  const stop = async (): Promise<void> => {
    await subgraph.stop();
    await db.destroy();
  };
  return { ...subgraph, app, db, stop };
}

type Owner = { readonly ownerId: string | null; readonly teamId: string | null };

/** What an event of the customers service leaves here; gives the customer's id. */
export async function addCustomer(
  { db }: TestContacts,
  owner: Partial<Owner> = {},
): Promise<string> {
  const aggregateId = newId();
  await tell(db, aggregateId, { ownerId: null, teamId: null, ...owner });
  return aggregateId;
}

export const removeCustomer = ({ db }: TestContacts, aggregateId: string): Promise<void> =>
  tell(db, aggregateId, {});

const tell = (db: Database, aggregateId: string, data: object): Promise<void> =>
  saveCustomerAccess(db.manager, [{ aggregateId, occurredAt: new Date().toISOString(), data }]);

export async function addStaff(
  { db }: TestContacts,
  teamId: string | null = null,
): Promise<string> {
  const aggregateId = newId();
  const data = { code: `S-${aggregateId}`, name: '王芳', active: true, managerId: null, teamId };
  await saveStaff(db.manager, [{ aggregateId, data }]);
  return aggregateId;
}

const record = z.object({ record: z.object({ id: z.string() }) });

/** Runs a mutation whose root field is called `record`, and gives the id of what it made. */
export async function made(
  { execute }: TestContacts,
  mutation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { data, errors } = await execute(mutation, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return record.parse(data).record.id;
}

export const createPerson = `mutation ($input: CreatePersonInput!) { record: createPerson(input: $input) { id } }`;
export const mergePeople = `mutation ($input: MergePeopleInput!) { record: mergePeople(input: $input) { id } }`;
export const relatePeople = `mutation ($input: RelatePeopleInput!) { record: relatePeople(input: $input) { id } }`;
export const affiliate = `mutation ($input: AffiliateInput!) { record: affiliate(input: $input) { id } }`;
export const logInteraction = `mutation ($input: LogInteractionInput!) { record: logInteraction(input: $input) { id } }`;

/** The names of the events that were recorded about something, in their order. */
export async function eventsOf({ db }: TestContacts, id: string): Promise<string[]> {
  const rows: { type: string }[] = await db.query(
    'SELECT type FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY version',
    [id],
  );
  return rows.map(({ type }) => type);
}
