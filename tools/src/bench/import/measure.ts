import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { untilCaughtUp } from '../../backlog.ts';
import type { GraphClient, Operation } from '../../graph-client.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { mintToken } from '../../mesh/mint.ts';
import { readPid } from '../../mesh/pid.ts';
import { atLeast, atMost, shown, type Measurement, type Row } from '../measurement.ts';
import { withMesh } from '../with-mesh.ts';

const rowCount = 20_000;
const badEvery = 100;
const rowsPerSecondMin = 5000;
const residentMibMax = 400;
const slowdownMax = 2;
const idleMs = 5000;

/** A file of customers that becomes records, and how it is for those who query meanwhile. */
export const measurement: Measurement = {
  about: `${rowCount} customers from a CSV file as a job, one row in ${badEvery} bad, twice`,
  run: (place) =>
    withMesh(place, async (mesh, graph) => {
      const fileId = await sendFile(mesh);
      const idle = await p99While(graph, sleep(idleMs));
      const first = importFile(graph, fileId);
      const during = await p99While(graph, first);
      const created = await first;
      const resident = residentMaxOf(mesh, 'customers');
      const behindMs = await untilCaughtUp(mesh);
      const again = await importFile(graph, fileId);
      return [
        atLeast(rowsPerSecondMin, { id: 'import.created', value: created, unit: 'rows/s' }),
        shown({ id: 'import.unchanged', value: again, unit: 'rows/s' }),
        atMost(residentMibMax, { id: 'import.memory', value: resident, unit: 'MiB' }),
        atMost(slowdownMax, { id: 'import.slowdown', value: during / idle, unit: '× p99' }),
        shown({ id: 'import.behind', value: behindMs / 1000, unit: 's until all is told' }),
      ] satisfies Row[];
    }),
};

const mapping = {
  fields: {
    code: 'code',
    name: 'name',
    shortName: 'short',
    level: 'level',
    establishedOn: 'established',
    'headcount.total': 'headcount',
    'address.province': 'province',
    'address.city': 'city',
    'address.street': 'street',
    phone: 'phone',
    website: 'website',
    email: 'email',
    source: { value: 'bench' },
  },
};

const csv = (): string =>
  [
    'code,name,short,level,established,headcount,province,city,street,phone,website,email',
    ...Array.from({ length: rowCount }, (_, at) => {
      const level = at % badEvery === 0 ? 'NONE' : 'KEY';
      return `M-${at},上海恒泰机械第${at}有限公司,恒泰${at},${level},2009-05-12,${at % 500},上海市,上海市,"浦东大道${at}号, 3楼",021-5${String(at).padStart(7, '0')},www.hengtai${at}.com.cn,info@hengtai${at}.com.cn`;
    }),
  ].join('\r\n');

async function sendFile(mesh: Mesh): Promise<string> {
  const token = await mintToken(mesh, { roles: ['admin'] });
  const response = await fetch(new URL('/files/customers', graphqlUrl(mesh)), {
    method: 'POST',
    body: csv(),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
  });
  return z.object({ id: z.string() }).parse(await response.json()).id;
}

const jobSchema = z.object({
  job: z.object({
    id: z.string(),
    state: z.string(),
    rowsRead: z.number(),
    refused: z.number(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
  }),
});
type Asked = z.infer<typeof jobSchema>;

const fields = 'id state rowsRead refused startedAt finishedAt';
const startImport: Operation<Asked> = {
  document: `mutation ($input: StartImportInput!) { job: startImport(input: $input) { ${fields} } }`,
  data: jobSchema,
};
const findImport: Operation<Asked> = {
  document: `query ($id: ID!) { job: importJob(id: $id) { ${fields} } }`,
  data: jobSchema,
};

let imports = 0;

/** Rows a second, from the first step to the end, by the clock of the service. */
async function importFile(graph: GraphClient, fileId: string): Promise<number> {
  imports += 1;
  const clientMutationId = graph.idOf(`import ${imports}`);
  let { job } = await graph.execute(startImport, {
    input: { entity: 'Customer', fileId, mapping, clientMutationId },
  });
  while (job.finishedAt === null) {
    await sleep(200);
    ({ job } = await graph.execute(findImport, { id: job.id }));
  }
  const expected = rowCount / badEvery;
  if (job.state !== 'DONE' || job.refused !== expected) {
    throw new Error(`The import is ${job.state} with ${job.refused} rows refused`);
  }
  const ms = Date.parse(job.finishedAt) - Date.parse(job.startedAt ?? job.finishedAt);
  return (job.rowsRead / Math.max(1, ms)) * 1000;
}

const queryCustomers: Operation<unknown> = {
  document: '{ customers(first: 20, orderBy: [{ field: "name" }]) { nodes { code name } } }',
  data: z.unknown(),
};
const pauseMs = 20;

/** How long one who asks again and again waits for a page, in all but one case of a hundred. */
async function p99While(graph: GraphClient, work: Promise<unknown>): Promise<number> {
  const state = { isOver: false };
  void work.finally(() => (state.isOver = true)).catch(() => undefined);
  const times: number[] = [];
  while (!state.isOver) {
    const startedAt = performance.now();
    await graph.execute(queryCustomers, {});
    times.push(performance.now() - startedAt);
    await sleep(pauseMs);
  }
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

/** The most memory that a process has had, in MiB. */
function residentMaxOf(mesh: Mesh, name: string): number {
  const pid = readPid(mesh.home, name);
  const status = readFileSync(`/proc/${pid ?? 'self'}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
