import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { createLog } from '@crm/kit/log';
import { callFiles, sendFile } from '@crm/kit/testing/files';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import type { StepwiseWork } from '@crm/kit/server/background-thread';
import { createImportRun } from '@crm/kit/transfer/import-run';
import { z } from 'zod';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';
import { importers } from './importers.ts';

let customers: TestCustomers;

beforeAll(async () => {
  customers = await startCustomers();
  await customers.execute(
    'mutation { upsertStaff(input: { rows: [{ code: "S1", name: "One" }] }) { created } }',
  );
});
afterAll(() => customers.stop());

/** What a process of the service keeps of the imports; another one is another process. */
const newRun = (chunkRows = 3): StepwiseWork =>
  createImportRun(
    { db: customers.db, log: createLog('test', 'silent'), now: () => new Date() },
    importers,
    chunkRows,
  );

const step = (run: StepwiseWork): Promise<boolean> =>
  transact(customers.db, (manager) => run.step(manager));

async function finish(run = newRun()): Promise<void> {
  while (await step(run));
  await run.close();
}

const jobFields = `id state share rowsRead created updated unchanged refused failure
  refusedRows { nodes { row line problems { path column value message } } }`;

const jobSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  refusedRows: z.object({ nodes: z.array(z.looseObject({ line: z.number() })) }),
});
type Job = z.infer<typeof jobSchema>;

type Start = Readonly<Record<string, unknown>>;

const start = (input: Start, request: TestRequest = {}) =>
  customers.execute(
    `mutation ($input: StartImportInput!) { startImport(input: $input) { ${jobFields} } }`,
    { input: { entity: 'Customer', ...input } },
    request,
  );

async function started(input: Start, request: TestRequest = {}): Promise<string> {
  const { data, errors } = await start(input, request);
  if (errors) throw new Error(JSON.stringify(errors));
  return z.object({ startImport: jobSchema }).parse(data).startImport.id;
}

async function jobOf(id: string, request: TestRequest = {}): Promise<Job | null> {
  const query = `query ($id: ID!) { importJob(id: $id) { ${jobFields} } }`;
  const { data } = await customers.execute(query, { id }, request);
  return z.object({ importJob: jobSchema.nullable() }).parse(data).importJob;
}

async function importedId(content: Buffer | string, input: Start = {}): Promise<string> {
  const id = await started({ fileId: await sendFile(customers, { content }), mapping, ...input });
  await finish();
  return id;
}

const imported = async (content: Buffer | string, input: Start = {}): Promise<Job | null> =>
  jobOf(await importedId(content, input));

const mapping = {
  fields: {
    code: '编号',
    name: '名称',
    level: { column: '级别', map: { 重点: 'KEY', 一般: 'REGULAR' } },
    establishedOn: { column: '成立日期', date: 'yyyy年M月d日' },
    'headcount.total': '人数',
    ownerId: { column: '负责人', lookup: 'staff' },
    source: { value: 'file' },
  },
};
const header = '编号,名称,级别,成立日期,人数,负责人\r\n';

const foundSchema = z.object({
  customers: z.object({ nodes: z.array(z.looseObject({ code: z.string() })) }),
});

async function found(prefix: string): Promise<z.infer<typeof foundSchema>['customers']['nodes']> {
  const { data } = await customers.execute(
    `query ($prefix: String!) { customers(where: { code: { startsWith: $prefix } }, first: 100,
      orderBy: [{ field: "code" }]) {
      nodes { id code name version level { code } establishedOn headcount { total } owner { code } } } }`,
    { prefix },
  );
  return foundSchema.parse(data).customers.nodes;
}

async function ids(prefix: string): Promise<string[]> {
  return (await found(prefix)).map(({ id }) => String(id));
}

const codesOf = async (prefix: string): Promise<string[]> =>
  (await found(prefix)).map(({ code }) => code);

const lines = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, at) => `${prefix}-${10 + at},${prefix} ${at},,,,\r\n`).join('');

async function stepStatements(prefix: string, count: number): Promise<number> {
  const fileId = await sendFile(customers, { content: header + lines(prefix, count) });
  await started({ fileId, mapping });
  const run = newRun(200);
  const statements = await countStatements(customers.db, () => step(run));
  await run.close();
  return statements;
}

const rep = (subject: string): TestRequest => ({ viewer: { subject, roles: ['rep'] } });

const preview = (input: Start) =>
  customers.execute(
    `query ($input: ImportPreviewInput!) { importPreview(input: $input) {
      columns mapping unusedColumns rows { row line input outcome problems { path message } } } }`,
    { input: { entity: 'Customer', ...input } },
  );

const revert = (id: string, request: TestRequest = {}) =>
  customers.execute(
    `mutation ($id: ID!) { revertImport(input: { id: $id }) { state } }`,
    { id },
    request,
  );

const refusal = async (id: string, request: TestRequest = {}): Promise<string | undefined> =>
  (await revert(id, request)).errors?.[0]?.message;

const revertedJob = async (id: string): Promise<unknown> => {
  const { data } = await customers.execute(
    `query ($id: ID!) { importJob(id: $id) { state reverted kept
      keptRecords { nodes { id reason } } } }`,
    { id },
  );
  return data?.['importJob'];
};

describe('An import', () => {
  test('takes the good rows and lists each bad one with its line and reasons', async () => {
    const job = await imported(
      `\uFEFF${header}` +
        'I-1,"上海𠮷野机械, 有限公司🌸\n分行",重点,2001年3月5日,120,S1\r\n' +
        'I-2,苏州试验有限公司,一般,2001年2月30日,12,\r\n' +
        'I-3,无锡试验有限公司,一般,,,S9\r\n' +
        'I-4,,一般,,,\r\n' +
        'I-5,南京试验有限公司,特级,,99999999999,\r\n' +
        'I-1,又一个,一般,,,\r\n' +
        'I-7,列数不对,一般,\r\n' +
        'I-8,好,,,,\r\n',
    );
    expect(job).toMatchObject({
      state: 'DONE',
      share: 1,
      rowsRead: 8,
      created: 2,
      refused: 6,
      refusedRows: {
        nodes: [
          {
            row: 2,
            line: 4,
            problems: [{ path: 'establishedOn', column: '成立日期', value: '2001年2月30日' }],
          },
          {
            row: 3,
            line: 5,
            problems: [{ path: 'ownerId', value: 'S9', message: 'no StaffMember has this code' }],
          },
          { row: 4, line: 6, problems: [{ path: 'name', message: 'is required' }] },
          {
            row: 5,
            line: 7,
            problems: [{ path: 'headcount.total', message: 'is no whole number' }],
          },
          {
            row: 6,
            line: 8,
            problems: [{ message: 'a row before this one is of the same record' }],
          },
          { row: 7, line: 9, problems: [{ message: 'has 4 values where the header has 6' }] },
        ],
      },
    });
    expect(await found('I-')).toMatchObject([
      {
        code: 'I-1',
        name: '上海𠮷野机械, 有限公司🌸\n分行',
        level: { code: 'KEY' },
        establishedOn: '2001-03-05',
        headcount: { total: 120 },
        owner: { code: 'S1' },
      },
      { code: 'I-8' },
    ]);
  });

  test('says that a term is unknown, and goes on', async () => {
    const job = await imported(`${header}T-1,甲,特级,,,\r\nT-2,乙,,,,\r\n`);
    expect(job?.refusedRows.nodes).toMatchObject([
      { line: 2, problems: [{ path: 'level', column: '级别', value: '特级' }] },
    ]);
    expect(await codesOf('T-')).toEqual(['T-2']);
  });

  test('changes nothing the second time', async () => {
    const content = header + lines('AGAIN', 5);
    expect(await imported(content)).toMatchObject({ created: 5 });
    expect(await imported(content)).toMatchObject({ created: 0, unchanged: 5 });
    expect((await found('AGAIN')).map(({ version }) => version)).toEqual([1, 1, 1, 1, 1]);
  });

  test('is gone on with by another process, with nothing lost or done twice', async () => {
    const id = await started({
      fileId: await sendFile(customers, { content: header + lines('KILL', 20), partBytes: 50 }),
      mapping,
    });
    const first = newRun();
    await step(first);
    await step(first);
    expect(await jobOf(id)).toMatchObject({ state: 'RUNNING', rowsRead: 6 });

    // Killed before it could commit its third step.
    const killed = transact(customers.db, async (manager) => {
      await first.step(manager);
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await jobOf(id)).toMatchObject({ rowsRead: 6, created: 6 });

    await finish(newRun());
    expect(await jobOf(id)).toMatchObject({ state: 'DONE', rowsRead: 20, created: 20, refused: 0 });
    expect(await codesOf('KILL')).toHaveLength(20);
    await first.close();
  });

  test('takes a step again whose transaction was undone', async () => {
    const id = await started({
      fileId: await sendFile(customers, { content: header + lines('UNDO', 7) }),
      mapping,
    });
    const run = newRun();
    await expect(
      transact(customers.db, async (manager) => {
        await run.step(manager);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await finish(run);
    expect(await jobOf(id)).toMatchObject({ created: 7, rowsRead: 7 });
  });

  test('writes nothing on a dry run, and tells what would be', async () => {
    await imported(header + lines('DRY', 2));
    const job = await imported(header + lines('DRY', 4).replace('DRY 0', 'renamed'), {
      dryRun: true,
    });
    expect(job).toMatchObject({ state: 'DONE', created: 2, updated: 1, unchanged: 1 });
    expect((await found('DRY')).map(({ name }) => name)).toEqual(['DRY 0', 'DRY 1']);
  });

  test.each([
    ['CREATE', 'MODE-C', { created: 1, refused: 1 }, 'is that of a record that is there'],
    ['UPDATE', 'MODE-U', { updated: 1, refused: 1 }, 'is that of no record'],
  ])('of mode %s refuses the other rows', async (mode, prefix, tally, message) => {
    await imported(header + lines(prefix, 1));
    const content = `${header}${prefix}-10,new name,,,,\r\n${prefix}-99,other,,,,\r\n`;
    const job = await imported(content, { mode });
    expect(job).toMatchObject(tally);
    expect(job?.refusedRows.nodes).toMatchObject([{ problems: [{ path: 'code', message }] }]);
  });

  test('changes what a file names, without the fields that only new records need', async () => {
    await imported(header + lines('PART', 2));
    const job = await imported('编号,人数\r\nPART-10,7\r\nPART-99,8\r\n', {
      mapping: { fields: { code: '编号', 'headcount.total': '人数' } },
    });
    expect(job).toMatchObject({ updated: 1, refused: 1 });
    expect(await found('PART')).toMatchObject([
      { name: 'PART 0', headcount: { total: 7 } },
      { name: 'PART 1', headcount: null },
    ]);
  });

  test('finds records by another field', async () => {
    await imported(header + lines('NAMED', 2));
    const job = await imported('名称,人数\r\nNAMED 1,5\r\n', {
      mapping: { fields: { name: '名称', 'headcount.total': '人数' } },
      matchOn: ['name'],
      mode: 'UPDATE',
    });
    expect(job).toMatchObject({ updated: 1 });
    expect(await found('NAMED')).toMatchObject([{ headcount: null }, { headcount: { total: 5 } }]);
  });

  test('refuses a registration number that two rows of a step have, and only the second', async () => {
    const job = await imported(
      '编号,名称,证照\r\nREG-1,a,91310000MA1FL0AB1X\r\nREG-2,b,91310000ma1fl0ab1x\r\nREG-3,c,\r\n',
      { mapping: { fields: { code: '编号', name: '名称', registrationNumber: '证照' } } },
    );
    expect(job?.refusedRows.nodes).toMatchObject([
      {
        row: 2,
        problems: [{ path: 'registrationNumber', message: 'is named twice in this call' }],
      },
    ]);
    expect(await codesOf('REG-')).toEqual(['REG-1', 'REG-3']);
  });

  test('reads NDJSON with groups, lists and lines that are none', async () => {
    const fileId = await sendFile(customers, {
      format: 'NDJSON',
      content: [
        '{"code":"JSON-1","name":"一","tags":["a","b"],"headcount":{"total":3}}',
        'no json',
        '',
        '{"code":"JSON-2","name":"二","address.city":"上海"}',
      ].join('\n'),
    });
    const fields = {
      code: 'code',
      name: 'name',
      tags: 'tags',
      'headcount.total': 'headcount.total',
      'address.city': 'address.city',
    };
    const id = await started({ fileId, mapping: { fields } });
    await finish();
    expect(await jobOf(id)).toMatchObject({
      created: 2,
      refusedRows: { nodes: [{ row: 2, line: 2, problems: [{ message: 'is no JSON object' }] }] },
    });
    expect(await found('JSON-')).toMatchObject([{ headcount: { total: 3 } }, { name: '二' }]);
  });

  test.each([
    ['a quote that is never closed', 'X,"never,,,,\r\nX,,,,,\r\n', 'opened in line 63'],
    ['a quote in the middle of a cell', 'X,"a"b,,,,\r\nX,,,,,\r\n', 'In line 63 or below'],
    ['bytes that are no text', 'X,\xff\xfe,,,,\r\nX,,,,,\r\n', 'Line 63, column 2'],
  ])('ends at %s, and takes every row before it', async (what, broken, failure) => {
    const prefix = `BREAK${what.length}`;
    const content = Buffer.concat([
      Buffer.from(header + lines(prefix, 59)),
      Buffer.from(`${prefix}-END,"${prefix},\r\nwith a line",,,,\r\n`),
      Buffer.from(broken, 'latin1'),
      Buffer.from(lines(`${prefix}-AFTER`, 500)),
    ]);
    const fileId = await sendFile(customers, { content });
    const id = await started({ mapping, fileId });
    await finish(newRun(50));
    expect(await jobOf(id)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringContaining(failure),
      rowsRead: 60,
      created: 60,
    });
    expect(await codesOf(prefix)).toHaveLength(60);
  });

  test('ends when it is cancelled', async () => {
    const id = await started({
      fileId: await sendFile(customers, { content: header + lines('STOP', 9) }),
      mapping,
    });
    const run = newRun();
    await step(run);
    await customers.execute(`mutation { cancelImport(input: { id: "${id}" }) { id } }`);
    await finish(run);
    expect(await jobOf(id)).toMatchObject({ state: 'CANCELLED', created: 3 });
  });

  test('costs as many statements for many rows as for one', async () => {
    const one = await stepStatements('COST-A', 1);
    expect(await stepStatements('COST-B', 100)).toBe(one);
  });
});

describe('revertImport', () => {
  test('deletes what was created and brings back what was changed, but for what others changed', async () => {
    const before = `${header}BACK-10,old name,一般,,7,S1\r\nBACK-11,also old,,,,\r\n`;
    await imported(before);
    const id = await importedId(
      `${header}BACK-10,new name,重点,2001年3月5日,9,\r\nBACK-11,also new,,,,\r\n` +
        lines('BACKNEW', 7),
    );
    expect(await jobOf(id)).toMatchObject({ created: 7, updated: 2 });
    const [, second = ''] = await ids('BACK-');
    const [touched = ''] = await ids('BACKNEW');
    await customers.execute(
      `mutation { a: updateCustomer(input: { id: "${second}", phone: "1" }) { id }
        b: updateCustomer(input: { id: "${touched}", phone: "2" }) { id } }`,
    );

    expect((await revert(id)).data).toEqual({ revertImport: { state: 'REVERTING' } });
    await finish();

    expect(await revertedJob(id)).toEqual({
      state: 'REVERTED',
      reverted: 7,
      kept: 2,
      keptRecords: {
        nodes: [second, touched].map((each) => ({ id: each, reason: 'was changed since' })),
      },
    });
    expect(await found('BACK-')).toMatchObject([
      {
        name: 'old name',
        level: { code: 'REGULAR' },
        establishedOn: null,
        headcount: { total: 7 },
        owner: { code: 'S1' },
        version: 3,
      },
      { name: 'also new' },
    ]);
    expect(await codesOf('BACKNEW')).toEqual(['BACKNEW-10']);
    const events: unknown[] = await customers.db.query(
      "SELECT 1 FROM outbox WHERE type = 'customer.deleted' AND payload LIKE '%data%'",
    );
    expect(events).toHaveLength(6);
  });

  test('keeps a record whose unique value another one has taken meanwhile', async () => {
    const fields = { code: 'code', name: 'name', registrationNumber: 'no' };
    await imported('code,name,no\r\nTAKE-1,a,NO-1\r\nTAKE-2,b,\r\n', { mapping: { fields } });
    const id = await importedId('code,name,no\r\nTAKE-1,a,NO-2\r\nTAKE-2,c,\r\n', {
      mapping: { fields },
    });
    await imported('code,name,no\r\nTAKE-3,d,NO-1\r\n', { mapping: { fields } });
    await revert(id);
    await finish();

    expect(await revertedJob(id)).toMatchObject({
      reverted: 1,
      kept: 1,
      keptRecords: { nodes: [{ reason: expect.stringContaining('registrationNumber') }] },
    });
    expect(await found('TAKE-')).toMatchObject([{ name: 'a' }, { name: 'b' }, { name: 'd' }]);
  });

  test('is refused twice, of a dry run, while it goes on, and to others', async () => {
    const dry = await importedId(header + lines('NOREV', 1), { dryRun: true });
    const fileId = await sendFile(customers, { content: header + lines('NOREV', 1) });
    const id = await started({ fileId, mapping });
    const messages = [await refusal(dry), await refusal(id)];
    await finish();
    messages.push(await refusal(id, rep('rep-9')));
    await revert(id);
    await finish();
    messages.push(await refusal(id));

    expect(messages).toEqual([
      'A dry run has nothing to revert',
      'The import goes on: cancel it first',
      `ImportJob ${id} does not exist`,
      'The import is reverted already',
    ]);
  });
});

describe('Who may', () => {
  test('import is whoever may write customers, and each sees its own imports alone', async () => {
    const viewer = { subject: 'rep-1', roles: ['rep' as const] };
    const content = header + lines('REP', 1);
    const fileId = await sendFile(customers, { content, viewer });
    const id = await started({ fileId, mapping }, rep('rep-1'));

    expect(await jobOf(id, rep('rep-1'))).not.toBeNull();
    expect(await jobOf(id, rep('rep-2'))).toBeNull();
    expect((await start({ fileId, mapping }, rep('rep-2'))).errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
    });
    await finish();
    const analyst: TestRequest = { viewer: { subject: 'rep-1', roles: ['analyst'] } };
    expect((await start({ fileId, mapping }, analyst)).errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('change what others have is nobody by a file', async () => {
    await imported(header + lines('THEIRS', 1));
    const viewer = { subject: 'rep-3', roles: ['rep' as const] };
    const fileId = await sendFile(customers, {
      content: `${header}THEIRS-10,mine now,,,,\r\n`,
      viewer,
    });
    const id = await started({ fileId, mapping }, rep('rep-3'));
    await finish();
    expect(await jobOf(id, rep('rep-3'))).toMatchObject({ refused: 1, updated: 0 });
    expect(await found('THEIRS')).toMatchObject([{ name: 'THEIRS 0' }]);
  });

  test('send a file is nobody who may write nothing, and no part of another account', async () => {
    const begin = { do: 'begin', name: 'a.csv', format: 'CSV', encoding: 'utf-8' } as const;
    const partner = await callFiles(customers, begin, { viewer: { roles: ['partner'] } });
    expect(partner.status).toBe(403);

    const begun = await callFiles(customers, begin, { viewer: { subject: 'a' } });
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(begun.bytes.toString()));
    const bytes = Buffer.from('x');
    const other = await callFiles(
      customers,
      { do: 'add', id, at: 0 },
      { viewer: { subject: 'b' }, bytes },
    );
    expect(other.status).toBe(404);
  });
});

describe('A mapping', () => {
  test.each([
    ['a column that is not there', { fields: { code: 'nothing' } }, 'names the column "nothing"'],
    ['a field that is none', { fields: { nickname: '编号' } }, 'is no field of Customer'],
    ['a field of the service', { fields: { version: '编号' } }, 'is no field of Customer'],
    [
      'an unknown lookup',
      { fields: { ownerId: { column: '编号', lookup: 'boss' } } },
      '"lookup" is one of staff',
    ],
    ['two origins', { fields: { code: { column: '编号', value: 'x' } } }, 'takes one of'],
    ['nothing', {}, 'mapping is not valid'],
  ])('with %s is refused before anything is done', async (_, wrong, message) => {
    const fileId = await sendFile(customers, { content: header + lines('MAP', 1) });
    const { errors } = await start({ fileId, mapping: wrong });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message),
      extensions: { code: 'INVALID' },
    });
  });
});

describe('importPreview', () => {
  test('takes columns that are named as fields are, and tells what would become of rows', async () => {
    await imported(header + lines('PRE', 1));
    const content = 'code,名称,Phone,其他\r\nPRE-10,PRE 0,,x\r\nPRE-11,new,021,x\r\nPRE-12,,,x\r\n';
    const { data } = await preview({ fileId: await sendFile(customers, { content }) });
    expect(data).toMatchObject({
      importPreview: {
        columns: ['code', '名称', 'Phone', '其他'],
        mapping: { fields: { code: 'code', phone: 'Phone' } },
        unusedColumns: ['名称', '其他'],
      },
    });
    const named = { fields: { code: 'code', name: '名称', phone: 'Phone' } };
    const fileId = await sendFile(customers, { content });
    expect((await preview({ fileId, mapping: named })).data).toMatchObject({
      importPreview: {
        rows: [
          { row: 1, outcome: 'UNCHANGED', input: { code: 'PRE-10' } },
          { row: 2, line: 3, outcome: 'CREATED' },
          { row: 3, outcome: 'REFUSED', problems: [{ path: 'name', message: 'is required' }] },
        ],
      },
    });
    expect(await codesOf('PRE-')).toEqual(['PRE-10']);
  });
});
