import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import { callFiles, sendFile } from '@crm/kit/testing/files';
import { exportStep } from '@crm/kit/transfer/export-job';
import { createImportRun } from '@crm/kit/transfer/import-run';
import type { Retention } from '@crm/kit/transfer/retention';
import { sweepTransfers } from '@crm/kit/transfer/sweep';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { exported } from './exported.ts';
import { importers } from './importers.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const retention: Retention = { fileDays: 7, jobDays: 30 };
const appAfter = (days: number) => ({
  db: customers.db,
  log: createLog('test', 'silent'),
  now: () => new Date(Date.now() + days * 86_400_000),
  retention,
});

/** Deletes what is too old so many days from now. */
async function sweepAfter(days: number): Promise<void> {
  const app = appAfter(days);
  while (await transact(customers.db, (manager) => sweepTransfers(app, manager)));
}

const started = z.object({ job: z.object({ id: z.string() }) });

async function start(document: string, input: object): Promise<string> {
  const { data } = await customers.execute(document, { input });
  return started.parse(data).job.id;
}

const startImport = (fileId: string): Promise<string> =>
  start(`mutation ($input: StartImportInput!) { job: startImport(input: $input) { id } }`, {
    entity: 'Customer',
    fileId,
    mapping: { fields: { code: 'code', name: 'name', level: 'level' } },
  });

async function importAll(): Promise<void> {
  const run = createImportRun(appAfter(0), importers);
  while (await transact(customers.db, run.step));
  await run.close();
}

const tables = [
  'storedFile',
  'storedFilePart',
  'importJob',
  'importStep',
  'importProblem',
  'exportJob',
] as const;

/** How many rows there are in each table. */
async function counts(): Promise<number[]> {
  const rows: { count: string }[][] = await Promise.all(
    tables.map((table) => customers.db.query(`SELECT COUNT(*) AS count FROM ${table}`)),
  );
  return rows.map(([row]) => Number(row?.count));
}

test('Files go after 7 days and jobs after 30, with all that belongs to them and nothing else', async () => {
  const content = 'code,name,level\nR-1,one,\nR-2,two,NONE\n';
  await startImport(await sendFile(customers, { content }));
  await importAll();
  await start(`mutation ($input: StartExportInput!) { job: startExport(input: $input) { id } }`, {
    entity: 'Customer',
    fields: ['code'],
  });
  while (await transact(customers.db, (manager) => exportStep(appAfter(0), exported, manager)));
  expect(await counts()).toEqual([2, 2, 1, 1, 1, 1]);

  await sweepAfter(6.9);
  expect(await counts()).toEqual([2, 2, 1, 1, 1, 1]);
  await sweepAfter(7.1);
  expect(await counts()).toEqual([0, 0, 1, 1, 1, 1]);
  await sweepAfter(29.9);
  expect(await counts()).toEqual([0, 0, 1, 1, 1, 1]);
  await sweepAfter(30.1);
  expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
});

test('A job that has not ended is kept, however old it is, and ends when its file is gone', async () => {
  const id = await startImport(await sendFile(customers, { content: 'code,name,level\nK-1,k,\n' }));
  await sweepAfter(100);
  expect(await counts()).toEqual([0, 0, 1, 0, 0, 0]);
  await importAll();
  const { data } = await customers.execute(
    'query ($id: ID!) { importJob(id: $id) { state failure } }',
    { id },
  );
  expect(data).toEqual({
    importJob: { state: 'FAILED', failure: 'The file is no longer kept: send it again' },
  });
});

test('A file that was never completed goes after a day', async () => {
  await sweepAfter(100);
  const call = { do: 'begin', name: 'a.csv', format: 'CSV', encoding: 'utf-8' } as const;
  const begun = await callFiles(customers, call);
  const { id } = z.object({ id: z.string() }).parse(JSON.parse(begun.bytes.toString()));
  await callFiles(customers, { do: 'add', id, at: 0 }, { bytes: Buffer.from('code') });
  await sweepAfter(0.9);
  expect(await counts()).toEqual([1, 1, 0, 0, 0, 0]);
  await sweepAfter(1.1);
  expect(await counts()).toEqual([0, 0, 0, 0, 0, 0]);
});
