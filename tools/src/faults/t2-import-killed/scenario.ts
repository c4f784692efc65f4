import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { z } from 'zod';
import { kill, start } from '../../mesh/control.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import { mintToken } from '../../mesh/mint.ts';
import { readPid } from '../../mesh/pid.ts';
import { say } from '../../mesh/say.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { percentile } from '../../subscribers/latency.ts';
import { heal, sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { holds, none, slowdown, type Scenario } from '../scenario.ts';
import { importFile, type BadRow, type ImportFile } from './file.ts';

const usualRows = 60_000;
/** `T2_ROWS=1000000 npm run faults -- T2` takes a file as large as the largest that is meant. */
const rows = Number(process.env['T2_ROWS'] ?? usualRows);
const instances = 2;
const slowdownMax = 2;
const residentMibMax = 400;
const importMsMax = Math.max(540_000, rows * 5);
const steadyMs = 10_000;
/** When the process that imports is killed, as a share of the file. */
const killsAt = [0.3, 0.6];

export const scenario: Scenario = {
  id: 'T2',
  title: `an import of ${rows.toLocaleString('en')} rows, 1 % bad; who imports is killed twice (T2_ROWS=1000000 for all)`,
  instances,
  onMesh: async (stage) => {
    await heal(stage);
    const mark = `T2-${Date.now()}`;
    const file = importFile(mark, rows);
    const fileId = await send(stage, file);
    const before = await askDuring(stage, sleep(steadyMs));
    const startedAt = performance.now();
    const jobId = await startImport(stage, { fileId, mark });
    const imported = importWithKills(stage, jobId);
    const during = await askDuring(stage, imported);
    const { job, kills, residentMib } = await imported;
    const seconds = (performance.now() - startedAt) / 1000;
    say(`  ${Math.round(rows / seconds)} rows/s, deaths included; p99 ${during.p99.toFixed(0)} ms`);
    const found = await count(stage, mark);
    const told = await refusedOf(stage, jobId);
    return [
      none('good rows missing', file.good - found.codes),
      none('good rows twice', found.customers - found.codes),
      none('good rows not told exactly once', Math.abs(found.events - file.good)),
      none('bad rows not listed by line and field', countUntold(file.bad, told)),
      none('rows listed that are not bad', told.length - file.bad.length),
      holds(
        'the import is done and its sums are right',
        job.state === 'DONE' && job.created === file.good && job.refused === file.bad.length,
      ),
      {
        what: 'kills while it went on',
        value: kills,
        unit: '',
        bound: killsAt.length,
        isFloor: true,
      },
      slowdown('as long to others at the 99th percentile', during.p99 / before.p99, slowdownMax),
      none('queries of others that failed', during.failed),
      { what: 'memory of who imports', value: residentMib, unit: 'MiB', bound: residentMibMax },
    ];
  },
};

const jobSchema = z.object({
  job: z.object({
    state: z.string(),
    rowsRead: z.number(),
    created: z.number(),
    refused: z.number(),
  }),
});
type Job = z.infer<typeof jobSchema>['job'];

async function send(stage: MeshStage, { parts }: ImportFile): Promise<string> {
  const token = await mintToken(stage.mesh, { roles: ['admin'] });
  const url = new URL('/files/customers?name=t2.csv', graphqlUrl(stage.mesh));
  const { body } = await request(url, {
    method: 'POST',
    body: Readable.from(parts()),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
  });
  return z.object({ id: z.string() }).parse(await body.json()).id;
}

const startedSchema = z.object({ job: z.object({ id: z.string() }) });

async function startImport(
  { graph }: MeshStage,
  { fileId, mark }: { readonly fileId: string; readonly mark: string },
): Promise<string> {
  const mapping = {
    fields: {
      code: 'code',
      name: 'name',
      level: 'level',
      establishedOn: 'established',
      'headcount.total': 'headcount',
      'address.street': 'street',
      phone: 'phone',
      source: { value: mark },
    },
  };
  const { job } = await graph.ask(
    startedSchema,
    'mutation ($input: StartImportInput!) { job: startImport(input: $input) { id } }',
    { variables: { input: { entity: 'Customer', fileId, mapping } } },
  );
  return job.id;
}

type Imported = { readonly job: Job; readonly kills: number; readonly residentMib: number };

/** Kills the process that has imported the last rows, each time the file is so far. */
async function importWithKills(stage: MeshStage, jobId: string): Promise<Imported> {
  let kills = 0;
  let residentMib = 0;
  let job: Job | null = null;
  await until(
    async () => {
      residentMib = Math.max(residentMib, ...names.map((name) => peakMibOf(stage, name)));
      job = await jobOf(stage, jobId).catch(() => job);
      if (job && job.state !== 'QUEUED' && job.state !== 'RUNNING') return true;
      const share = killsAt[kills];
      if (!job || share === undefined || job.rowsRead < share * rows) return false;
      const name = await holderOf(stage);
      if (name === null) return false;
      say(`  killing ${name} at row ${job.rowsRead}`);
      kill(stage.mesh, name);
      kills += 1;
      await sleep(1000);
      await start(stage.mesh, name);
      return false;
    },
    { forMs: importMsMax, everyMs: 250 },
  );
  if (!job) throw new Error('The import was never seen');
  return { job, kills, residentMib: Math.round(residentMib) };
}

const names = ['customers', 'customers-2'] as const;

/** The one that takes the more time of the processor is the one that imports. */
async function holderOf(stage: MeshStage): Promise<string | null> {
  const before = names.map((name) => ticksOf(stage, name));
  await sleep(500);
  const spent = names.map((name, at) => ticksOf(stage, name) - (before[at] ?? 0));
  const most = Math.max(...spent);
  return names[spent.indexOf(most)] ?? null;
}

const procOf = ({ mesh }: MeshStage, name: string, file: string): string =>
  readFileSync(`/proc/${readPid(mesh.home, name) ?? 'self'}/${file}`, 'utf8');

function ticksOf(stage: MeshStage, name: string): number {
  const [, rest = ''] = procOf(stage, name, 'stat').split(') ');
  const [user, system] = rest.split(' ').slice(11, 13);
  return Number(user) + Number(system);
}

function peakMibOf(stage: MeshStage, name: string): number {
  if (readPid(stage.mesh.home, name) === null) return 0;
  return Number(/VmHWM:\s+(\d+)/.exec(procOf(stage, name, 'status'))?.[1] ?? 0) / 1024;
}

async function jobOf({ graph }: MeshStage, id: string): Promise<Job> {
  const { job } = await graph.ask(
    jobSchema,
    'query ($id: ID!) { job: importJob(id: $id) { state rowsRead created refused } }',
    { variables: { id } },
  );
  return job;
}

type Asked = { readonly p99: number; readonly failed: number };

/** What it is like for somebody who asks for a page of customers again and again. */
async function askDuring({ graph }: MeshStage, work: Promise<unknown>): Promise<Asked> {
  const state = { isOver: false };
  void work.finally(() => (state.isOver = true)).catch(() => undefined);
  const times: number[] = [];
  let failed = 0;
  while (!state.isOver) {
    const startedAt = performance.now();
    const { errors } = await graph.answer(
      '{ customers(first: 20, orderBy: [{ field: "name" }]) { nodes { code name } } }',
    );
    if (errors.length > 0) failed += 1;
    times.push(performance.now() - startedAt);
    await sleep(20);
  }
  return { p99: percentile(times, 0.99), failed };
}

const eventsPrefix = 'customer.created';

async function count(
  stage: MeshStage,
  mark: string,
): Promise<{ customers: number; codes: number; events: number }> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT COUNT(*) AS customers, COUNT(DISTINCT code) AS codes,
       (SELECT COUNT(*) FROM crm_customers.outbox o JOIN crm_customers.customer c
          ON c.id = o.aggregateId WHERE o.type = '${eventsPrefix}' AND c.source = '${mark}') AS events
     FROM crm_customers.customer WHERE source = '${mark}'`,
  );
  const of = (name: string): number => Number(row?.[name]);
  return { customers: of('customers'), codes: of('codes'), events: of('events') };
}

const refusedSchema = z.object({
  job: z.object({
    refusedRows: z.object({
      nodes: z.array(
        z.object({
          line: z.number(),
          problems: z.array(z.object({ path: z.string(), message: z.string() })),
        }),
      ),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});
type Refused = z.infer<typeof refusedSchema>['job']['refusedRows'];

async function refusedOf({ graph }: MeshStage, id: string): Promise<Refused['nodes']> {
  const nodes: Refused['nodes'] = [];
  let after: string | null = null;
  for (;;) {
    const { job }: z.infer<typeof refusedSchema> = await graph.ask(
      refusedSchema,
      `query ($id: ID!, $after: String) { job: importJob(id: $id) {
        refusedRows(first: 40, after: $after) { nodes { line problems { path message } }
          pageInfo { hasNextPage endCursor } } } }`,
      { variables: { id, after } },
    );
    nodes.push(...job.refusedRows.nodes);
    if (!job.refusedRows.pageInfo.hasNextPage) return nodes;
    after = job.refusedRows.pageInfo.endCursor;
  }
}

function countUntold(bad: readonly BadRow[], told: Refused['nodes']): number {
  const byLine = new Map(told.map(({ line, problems }) => [line, problems]));
  return bad.filter(
    ({ line, path }) =>
      !byLine.get(line)?.some((problem) => problem.path === path && problem.message !== ''),
  ).length;
}
