import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import { sendFile } from '@crm/kit/testing/files';
import { createImportRun } from '@crm/kit/transfer/import-run';
import writeXlsxFile from 'write-excel-file/node';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { importers } from './importers.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
});
afterAll(() => customers.stop());

const mapping = {
  fields: {
    code: '编号',
    name: '名称',
    level: { column: '级别', map: { 重点: 'KEY' } },
    establishedOn: '成立日期',
    'headcount.total': '人数',
    phone: '电话',
  },
};

type Cell = string | number | Date | null;

const header: readonly Cell[] = ['编号', '名称', '级别', '成立日期', '人数', '电话', '备注'];

/** A workbook as a program for tables writes it: shared texts, styles, numbers and dates. */
const workbook = (rows: readonly (readonly Cell[])[]): Promise<Buffer> =>
  writeXlsxFile(
    [header, ...rows].map((row) =>
      row.map((value) =>
        value instanceof Date ? { value, type: Date, format: 'yyyy-mm-dd' } : value,
      ),
    ),
  ).toBuffer();

const jobSchema = z.object({ importJob: z.looseObject({ state: z.string() }) });

async function imported(content: Buffer): Promise<object> {
  const fileId = await sendFile(customers, { content, format: 'XLSX' });
  const { data, errors } = await customers.execute(
    'mutation ($input: StartImportInput!) { startImport(input: $input) { id } }',
    { input: { entity: 'Customer', fileId, mapping } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  const { id } = z.object({ startImport: z.object({ id: z.string() }) }).parse(data).startImport;
  const app = { db: customers.db, log: createLog('test', 'silent'), now: () => new Date() };
  const run = createImportRun(app, importers, 500);
  while (await transact(customers.db, run.step));
  await run.close();
  const job = await customers.execute(
    `query ($id: ID!) { importJob(id: $id) { state failure rowsRead created refused
      refusedRows { nodes { row line problems { path column value } } } } }`,
    { id },
  );
  return jobSchema.parse(job.data).importJob;
}

test('A workbook is read with its texts, dates, numbers and empty cells', async () => {
  const job = await imported(
    await workbook([
      ['W-1', '无锡 & <测试> "公司" 🌸', '重点', new Date(Date.UTC(2009, 4, 12)), 120, '0510-8270'],
      ['W-2', '第二', null, null, null, null],
      ['W-3', null, null, null, null, null],
      ['W-4', '第四', '特级', null, 3.5, null],
      [13_800_138_000, 'A code of digits', null, null, 1e3, null],
    ]),
  );
  expect(job).toMatchObject({
    state: 'DONE',
    rowsRead: 5,
    created: 3,
    refused: 2,
    refusedRows: {
      nodes: [
        { row: 3, line: 4, problems: [{ path: 'name' }] },
        { row: 4, line: 5, problems: [{ path: 'headcount.total', column: '人数', value: '3.5' }] },
      ],
    },
  });
  const { data } = await customers.execute(
    `{ customers(orderBy: [{ field: "code" }]) { nodes {
      code name level { code } establishedOn headcount { total } phone } } }`,
  );
  expect(data).toMatchObject({
    customers: {
      nodes: [
        { code: '13800138000', headcount: { total: 1000 } },
        {
          code: 'W-1',
          name: '无锡 & <测试> "公司" 🌸',
          level: { code: 'KEY' },
          establishedOn: '2009-05-12',
          headcount: { total: 120 },
          phone: '0510-8270',
        },
        { code: 'W-2', level: null, establishedOn: null, headcount: null, phone: null },
      ],
    },
  });
});

test('A workbook that lies in several parts is read whole', async () => {
  const rows = Array.from({ length: 6000 }, (_, at): Cell[] => [
    `LONG-${at}`,
    `名称 ${at} ${Math.sin(at)}`,
    null,
    null,
    at,
    `${at}`.padStart(11, '1'),
    randomBytes(300).toString('base64'),
  ]);
  const content = await workbook(rows);
  expect(content.length).toBeGreaterThan(1024 * 1024);
  expect(await imported(content)).toMatchObject({
    state: 'DONE',
    created: 6000,
    refused: 0,
  });
});

test.each([
  ['cut in two', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['no workbook', () => Buffer.from('编号,名称\n1,2\n')],
])('A workbook that is %s is refused when it is to be imported', async (_, spoil) => {
  const content = spoil(await workbook([['W-9', '九', null, null, null, null]]));
  await expect(imported(content)).rejects.toThrow('The file is no Excel workbook');
});
