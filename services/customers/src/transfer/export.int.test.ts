import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inflateRawSync } from 'node:zlib';
import { transact } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import type { TestRequest } from '@crm/kit/testing/execute';
import { callFiles } from '@crm/kit/testing/files';
import { exportStep } from '@crm/kit/transfer/export-job';
import { usualRetention } from '@crm/kit/transfer/retention';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { exported } from './exported.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
  await customers.execute(`mutation { defineCustomField(input: { entity: "Customer", key: "lines",
    type: NUMBER, labels: { zh: "产线", en: "Lines" }, options: [], required: false, active: true }) { key } }`);
  await create(
    Array.from({ length: 1500 }, (_, at) => ({
      code: `X-${1000 + at}`,
      name: at === 0 ? 'Quote "and", comma\nand line' : `客户 ${at}`,
      level: at < 3 ? 'KEY' : 'REGULAR',
      tags: at === 0 ? ['a', 'b'] : [],
      ...(at === 0 && {
        finance: { summary: 'secret summary' },
        customFields: [{ key: 'lines', value: 4 }],
      }),
    })),
  );
});
afterAll(() => customers.stop());

async function create(rows: readonly object[]): Promise<void> {
  for (let at = 0; at < rows.length; at += 500) {
    await customers.execute(
      'mutation ($rows: [CreateCustomerInput!]!) { upsertCustomers(input: { rows: $rows }) { created } }',
      { rows: rows.slice(at, at + 500) },
    );
  }
}

const app = () => ({
  db: customers.db,
  log: createLog('test', 'silent'),
  now: () => new Date(),
  retention: usualRetention,
});

const step = (): Promise<boolean> =>
  transact(customers.db, (manager) => exportStep(app(), exported, manager));

const jobSchema = z.looseObject({ id: z.string(), state: z.string(), path: z.string().nullable() });
type Job = z.infer<typeof jobSchema>;

const fields = 'id state rowsTotal rowsWritten path failure fields';

type Start = Readonly<Record<string, unknown>>;

const start = (input: Start, request: TestRequest = {}) =>
  customers.execute(
    `mutation ($input: StartExportInput!) { startExport(input: $input) { ${fields} } }`,
    { input: { entity: 'Customer', ...input } },
    request,
  );

async function jobOf(id: string, request: TestRequest = {}): Promise<Job> {
  const { data } = await customers.execute(
    `query ($id: ID!) { exportJob(id: $id) { ${fields} } }`,
    { id },
    request,
  );
  return z.object({ exportJob: jobSchema }).parse(data).exportJob;
}

async function download(path: string | null, viewer: TestRequest['viewer'] = {}): Promise<Buffer> {
  const id = path?.split('/').at(-1) ?? '';
  const found = await callFiles(customers, { do: 'find', id }, { viewer });
  const { partCount } = z
    .object({ partCount: z.number() })
    .parse(JSON.parse(found.bytes.toString()));
  const parts: Buffer[] = [];
  for (let at = 0; at < partCount; at++) {
    parts.push((await callFiles(customers, { do: 'read', id, at }, { viewer })).bytes);
  }
  return Buffer.concat(parts);
}

async function exportedBytes(input: Start, request: TestRequest = {}): Promise<Buffer> {
  const { data, errors } = await start(input, request);
  if (errors) throw new Error(JSON.stringify(errors));
  const { id } = z.object({ startExport: jobSchema }).parse(data).startExport;
  while (await step());
  const { path } = await jobOf(id, request);
  return download(path, request.viewer);
}

const byCode = { orderBy: [{ field: 'code', direction: 'ASC' }] };
const few = { ...byCode, where: { level: { eq: 'KEY' } } };

describe('An export', () => {
  test('holds every record of the list once, in its order, page after page', async () => {
    const text = (await exportedBytes({ ...byCode, fields: ['code'] })).toString();
    const codes = Array.from({ length: 1500 }, (_, at) => `X-${1000 + at}`);
    expect(text).toBe(`\uFEFFcode\r\n${codes.join('\r\n')}\r\n`);
  });

  test('is gone on with where it stood, when a step was undone', async () => {
    const { data } = await start({ ...byCode, fields: ['code'] });
    const { id } = z.object({ startExport: jobSchema }).parse(data).startExport;
    await step();
    await expect(
      transact(customers.db, async (manager) => {
        await exportStep(app(), exported, manager);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await jobOf(id)).toMatchObject({ state: 'RUNNING', rowsTotal: 1500, rowsWritten: 1000 });
    while (await step());
    const job = await jobOf(id);
    expect(job).toMatchObject({ state: 'DONE', rowsWritten: 1500 });
    expect((await download(job.path)).toString().split('\r\n')).toHaveLength(1502);
  });

  test('quotes what needs it, joins lists, and is headed as asked', async () => {
    const text = await exportedBytes({
      ...few,
      fields: ['code', 'name', 'tags', 'level', 'custom.lines'],
      headings: 'ZH_CN',
    });
    expect(text.toString().split('\r\n')).toEqual([
      '\uFEFF客户编号,客户单位名称,标签,客户级别,产线',
      'X-1000,"Quote ""and"", comma\nand line",a;b,KEY,4',
      'X-1001,客户 1,,KEY,',
      'X-1002,客户 2,,KEY,',
      '',
    ]);
  });

  test('of NDJSON keeps groups and lists', async () => {
    const text = await exportedBytes({
      ...few,
      format: 'NDJSON',
      fields: ['code', 'tags', 'address.city'],
    });
    expect(JSON.parse(text.toString().split('\n')[0] ?? '')).toEqual({
      code: 'X-1000',
      tags: ['a', 'b'],
      address: { city: null },
    });
  });

  test('of a workbook is one that can be unpacked', async () => {
    const bytes = await exportedBytes({ ...byCode, format: 'XLSX', fields: ['code', 'name'] });
    const at = bytes.indexOf('xl/worksheets/sheet1.xml') + 'xl/worksheets/sheet1.xml'.length;
    const xml = inflateRawSync(bytes.subarray(at)).toString();
    expect(xml.match(/<row /g)).toHaveLength(1501);
    expect(xml).toContain('Quote "and", comma\nand line');
    expect(xml.endsWith('</sheetData></worksheet>')).toBe(true);
  });

  test('of a list that is empty has its head alone', async () => {
    const text = await exportedBytes({ where: { code: { eq: 'none' } }, fields: ['code'] });
    expect(text.toString()).toBe('\uFEFFcode\r\n');
  });

  test('of another kind of record works alike', async () => {
    const text = await exportedBytes({ entity: 'StaffMember', fields: ['code', 'name'] });
    expect(text.toString()).toBe('\uFEFFcode,name\r\n');
  });

  test.each([
    ['a filter of no field', { where: { nickname: { eq: 'x' } } }, 'INVALID'],
    ['a field that is none', { fields: ['nickname'] }, 'INVALID'],
    ['a field that is kept for search', { fields: ['searchText'] }, 'INVALID'],
    ['another kind of record', { entity: 'Secret' }, 'INVALID'],
    ['a sort by no field', { orderBy: [{ field: 'nickname' }] }, 'INVALID'],
  ])('with %s is refused at once', async (_, input, code) => {
    expect((await start(input)).errors?.[0]?.extensions).toMatchObject({ code });
  });
});

describe('The rights of who exports', () => {
  const rep = { subject: 'rep', roles: ['rep' as const] };
  const agent = { subject: 'agent', roles: ['care_agent' as const] };

  test('decide which records there are', async () => {
    const text = await exportedBytes({ fields: ['code'] }, { viewer: rep });
    expect(text.toString()).toBe('\uFEFFcode\r\n');
  });

  test('decide what is masked, what is left out and what is refused', async () => {
    const all = await start({ ...few }, { viewer: agent });
    const names = z
      .object({ startExport: z.object({ fields: z.array(z.string()) }) })
      .parse(all.data).startExport.fields;
    expect(names).toContain('code');
    expect(names).not.toContain('finance.summary');

    const named = await start({ ...few, fields: ['finance.summary'] }, { viewer: agent });
    expect(named.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });

    const filtered = await start(
      { where: { finance: { summary: { contains: 'x' } } } },
      { viewer: agent },
    );
    expect(filtered.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    while (await step());
  });

  test('decide who fetches the file', async () => {
    const { data } = await start({ ...few, fields: ['code'] }, { viewer: agent });
    const { id } = z.object({ startExport: jobSchema }).parse(data).startExport;
    while (await step());
    const { path } = await jobOf(id, { viewer: agent });
    const fileId = path?.split('/').at(-1) ?? '';
    const other = await callFiles(customers, { do: 'read', id: fileId, at: 0 }, { viewer: rep });
    expect(other.status).toBe(404);
    expect((await download(path, agent)).toString()).toContain('X-1000');
  });

  test('bound how much an account exports a day, and what is refused is kept', async () => {
    const greedy = { subject: 'greedy', roles: ['rep' as const] };
    const { data } = await start({ fields: ['code'] }, { viewer: greedy });
    const { id } = z.object({ startExport: jobSchema }).parse(data).startExport;
    await customers.db.query('UPDATE exportJob SET rowsTotal = 50001 WHERE id = UUID_TO_BIN(?)', [
      id,
    ]);
    const again = await start({ fields: ['code'] }, { viewer: greedy });

    const job = z.object({ startExport: jobSchema }).parse(again.data).startExport;
    expect(job).toMatchObject({ state: 'REFUSED', path: null });
    const audit: unknown[] = await customers.db.query(
      "SELECT bySubject FROM audit WHERE entity = 'ExportJob' AND entityId = UUID_TO_BIN(?)",
      [job.id],
    );
    expect(audit).toEqual([{ bySubject: 'greedy' }]);
    while (await step());
  });
});
