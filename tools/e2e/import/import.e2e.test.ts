import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { repository } from '../../src/mesh/paths.ts';
import { eventually, meshMsMax, startTestMesh, type TestMesh } from '../harness.ts';

let system: TestMesh;
let token: string;
let folder: string;

beforeAll(async () => {
  system = await startTestMesh();
  token = await system.token({ roles: ['admin'] });
  folder = join(system.mesh.home.root, 'import-test');
  mkdirSync(folder, { recursive: true });
}, meshMsMax);

const write = (name: string, content: Buffer | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const customerMapping = {
  fields: {
    code: '编号',
    name: '名称',
    level: { column: '级别', map: { 重点: 'KEY', 一般: 'REGULAR' } },
    establishedOn: { column: '成立日期', date: 'yyyy年M月d日' },
    'headcount.total': '人数',
    source: { value: 'e2e' },
  },
};

type Outcome = { readonly status: number | null; readonly output: string };

const startImport = (...options: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'tools/src/import/cli.ts', ...options], {
    cwd: repository,
    env: { ...process.env, GUANXI_HOME: system.mesh.home.root, INIT_CWD: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function runImport(...options: readonly string[]): Promise<Outcome> {
  const child = startImport(...options);
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { status, output };
}

const importCustomers = (file: string, ...more: readonly string[]): Promise<Outcome> =>
  runImport('--entity', 'customer', '--file', file, '--mapping', 'customers.json', ...more);

const countSchema = z.object({ customers: z.object({ totalCount: z.number() }) });

async function countOf(prefix: string): Promise<number> {
  const { data } = await system.graphql({
    token,
    query: `{ customers(where: { code: { startsWith: "${prefix}" } }) { totalCount } }`,
  });
  return countSchema.parse(data).customers.totalCount;
}

const header = '编号,名称,级别,成立日期,人数\r\n';
const longImportMs = 240_000;
/** Several calls of the importer, so that it can be killed between two. */
const rowCount = 1500;

describe('importing a CSV file', () => {
  test(
    'takes the good rows, reports the bad ones, and changes nothing the second time',
    async () => {
      write('customers.json', JSON.stringify(customerMapping));
      write(
        'customers.csv',
        `\uFEFF${header}` +
          'E-1,"上海𠮷野机械, 有限公司🌸",重点,2001年3月5日,120\r\n' +
          'E-2,苏州试验有限公司,一般,2001年2月30日,12\r\n' +
          'E-3,无锡试验有限公司,一般,,\r\n' +
          'E-4,"常州\0试验",一般,,\r\n' +
          'E-5,南京试验有限公司,特级,,7\r\n' +
          'E-6,,一般,,\r\n' +
          'E-1,又一个,一般,,\r\n' +
          'E-7,列数不对,一般,\r\n',
      );
      const first = await importCustomers('customers.csv', '--report', 'refused.csv');
      expect(first.output).toContain('2 created, 0 updated, 0 unchanged, 6 refused');
      expect(first.status).toBe(2);

      const second = await importCustomers('customers.csv', '--report', 'refused.csv');
      expect(second.output).toContain('0 created, 0 updated, 2 unchanged, 6 refused');

      const lines = readFileSync(join(folder, 'refused.csv'), 'utf8').split('\r\n').toSorted();
      expect(lines.filter((line) => line.startsWith('customers.csv'))).toEqual([
        'customers.csv,3,成立日期,establishedOn,is no date of the form yyyy年M月d日,2001年2月30日',
        'customers.csv,5,名称,name,holds a NUL character,常州\0试验',
        expect.stringMatching(/^customers\.csv,6,级别,level,.*,特级$/),
        'customers.csv,7,名称,name,is required,',
        'customers.csv,8,,,a row before this one is of the same record,',
        'customers.csv,9,,,the row has 4 values where the header has 5,',
      ]);

      const { data } = await system.graphql({
        token,
        query: '{ customerByCode(code: "E-1") { name version establishedOn headcount { total } } }',
      });
      expect(data).toEqual({
        customerByCode: {
          name: '上海𠮷野机械, 有限公司🌸',
          version: 1,
          establishedOn: '2001-03-05',
          headcount: { total: 120 },
        },
      });
    },
    longImportMs,
  );

  test(
    'writes nothing when the file as a whole is wrong, and says where',
    async () => {
      const good = 'F-1,好,一般,,\r\n';
      const bytes = Buffer.concat([Buffer.from(`${header}${good}F-2,`), Buffer.from([0xc9, 0xcf])]);
      write('gb.csv', Buffer.concat([bytes, Buffer.from(',一般,,\r\n')]));
      write('quote.csv', `${header}${good}F-2,"没有结束,一般,,\r\n`);
      write('empty.csv', '');
      write('columns.csv', '编号,名称\r\nF-1,好\r\n');

      const encoding = await importCustomers('gb.csv');
      expect(encoding.output).toContain('gb.csv line 3, column 2: is not utf-8 text');
      const quote = await importCustomers('quote.csv');
      expect(quote.output).toContain('quote.csv: a quote is opened after 2 whole rows');
      const empty = await importCustomers('empty.csv');
      expect(empty.output).toContain('empty.csv is empty');
      const columns = await importCustomers('columns.csv');
      expect(columns.output).toContain('columns.csv has no column "级别"');
      expect([encoding, quote, empty, columns].map(({ status }) => status)).toEqual([1, 1, 1, 1]);
      expect(await countOf('F-')).toBe(0);
    },
    longImportMs,
  );

  test(
    'has every row once when it was killed half-way and run again',
    async () => {
      const lines = Array.from(
        { length: rowCount },
        (_, at) => `K-${at},客户${at},一般,,${at}\r\n`,
      );
      write('many.csv', header + lines.join(''));
      const mapping = ['--entity', 'customer', '--file', 'many.csv', '--mapping', 'customers.json'];
      const first = startImport(...mapping);
      const ended = new Promise((resolve) => {
        first.once('close', resolve);
      });
      await eventually('the first rows are there', async () => (await countOf('K-')) > 0, 60_000);
      first.kill('SIGKILL');
      await ended;
      const half = await countOf('K-');
      expect(half).toBeLessThan(rowCount);

      const { output, status } = await runImport(...mapping);
      expect(status).toBe(0);
      expect(output).toMatch(/[1-9]\d* created, 0 updated, [1-9]\d* unchanged, 0 refused/);
      expect(await countOf('K-')).toBe(rowCount);
    },
    longImportMs,
  );

  test(
    'checks without writing on a dry run',
    async () => {
      write('dry.csv', `${header}D-1,好,一般,,\r\nD-2,坏,一般,昨天,\r\n`);
      const { output, status } = await importCustomers('dry.csv', '--dry-run', '--report', 'd.csv');
      expect(output).toContain('1 unchanged, 1 refused');
      expect(status).toBe(2);
      expect(existsSync(join(folder, 'd.csv'))).toBe(true);
      expect(await countOf('D-')).toBe(0);
    },
    longImportMs,
  );
});

/** What an import is told to have come to, event after event, until it has ended. */
async function progressOf(id: string): Promise<readonly unknown[]> {
  const query =
    'subscription ($id: ID!) { importProgress(id: $id) { state share created refused } }';
  const response = await fetch(`http://127.0.0.1:${system.mesh.ports.gateway}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query, variables: { id } }),
    signal: AbortSignal.timeout(longImportMs),
  });
  const events = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
  return events.map((line) => {
    const told = progressSchema.safeParse(JSON.parse(line.slice(6)));
    if (!told.success) throw new Error(`The subscription ended: ${line}`);
    return told.data.data.importProgress;
  });
}

const progressSchema = z.object({ data: z.object({ importProgress: z.unknown() }) });
const jobsSchema = z.object({
  importJobs: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
});
const exportSchema = z.object({
  exportJob: z.object({ id: z.string(), path: z.string().nullable() }),
});

async function latestImport(): Promise<string> {
  const { data } = await system.graphql({
    token,
    query: '{ importJobs(first: 1) { nodes { id } } }',
  });
  const [job] = jobsSchema.parse(data).importJobs.nodes;
  if (!job) throw new Error('There is no import');
  return job.id;
}

/** Asked until the service answers again. */
async function countAgain(prefix: string): Promise<number> {
  let count = 0;
  const ask = async (): Promise<boolean> => {
    count = await countOf(prefix).catch(() => -1);
    return count >= 0;
  };
  await eventually('customers answers', ask, 60_000);
  return count;
}

async function download(path: string): Promise<string> {
  const file = await fetch(`http://127.0.0.1:${system.mesh.ports.gateway}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return file.text();
}

describe('an import that is left to the service', () => {
  const jobRows = 4000;

  test(
    'goes on when the service is killed half-way: every good row once, every bad one listed',
    async () => {
      const rows = Array.from({ length: jobRows }, (_, at) => {
        const level = at % 100 === 50 ? '特级' : '一般';
        return `J-${at},"客户, ""${at}""",${level},2001年3月5日,${at}\r\n`;
      });
      write('job.csv', `\uFEFF${header}${rows.join('')}J-7,又一个,一般,,\r\n`);
      const options = ['--entity', 'customer', '--file', 'job.csv', '--mapping', 'customers.json'];
      const running = runImport('--job', ...options, '--report', 'job-refused.csv');
      await eventually('the first rows are there', async () => (await countOf('J-')) > 0, 60_000);
      const told = progressOf(await latestImport());
      await system.command('kill', 'customers');
      await system.command('start', 'customers');
      expect(await countAgain('J-')).toBeLessThan(jobRows);

      const { status, output } = await running;
      expect(output).toContain('3960 created, 0 updated, 0 unchanged, 41 refused');
      expect(status).toBe(2);
      expect(await countOf('J-')).toBe(3960);
      const refused = readFileSync(join(folder, 'job-refused.csv'), 'utf8').split('\r\n');
      expect(refused).toHaveLength(1 + 41 + 1);
      expect(refused[1]).toMatch(/^job\.csv,52,级别,level,.*no active term.*,特级$/);
      expect((await told).at(-1)).toEqual({ state: 'DONE', share: 1, created: 3960, refused: 41 });
    },
    longImportMs,
  );

  test(
    'can be exported, and reverted',
    async () => {
      const started = await system.graphql({
        token,
        query: `mutation ($where: JSON!) { exportJob: startExport(input: { entity: "Customer",
          where: $where, fields: ["code", "headcount.total"], orderBy: [{ field: "code" }] }) { id path } }`,
        variables: { where: { code: { startsWith: 'J-1' } } },
      });
      let job = exportSchema.parse(started.data).exportJob;
      const query = `{ exportJob(id: "${job.id}") { id path } }`;
      const isDone = async (): Promise<boolean> => {
        job = exportSchema.parse((await system.graphql({ token, query })).data).exportJob;
        return job.path !== null;
      };
      await eventually('the export is done', isDone, 60_000);
      const lines = (await download(job.path ?? '')).trim().split('\r\n');
      expect(lines).toHaveLength(1 + (await countOf('J-1')));
      expect(lines[1]).toBe('J-1,1');

      const id = await latestImport();
      await system.graphql({
        token,
        query: `mutation { revertImport(input: { id: "${id}" }) { id } }`,
      });
      expect((await progressOf(id)).at(-1)).toMatchObject({ state: 'REVERTED' });
      expect(await countOf('J-')).toBe(0);
    },
    longImportMs,
  );
});
