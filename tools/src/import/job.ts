import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { GraphClient } from '../graph-client.ts';
import { say, seconds, UserError } from '../mesh/say.ts';
import { parseJson } from './mapping.ts';
import { bar, percent, type Tally } from './progress.ts';
import type { Problem } from './record.ts';
import type { Report } from './report.ts';

export type JobOptions = {
  /** As the graph names it: `Customer`. */
  readonly entity: string;
  readonly file: string;
  readonly mappingFile: string;
  readonly matchOn: readonly string[] | null;
  readonly mode: string;
  readonly isDryRun: boolean;
  readonly report: Report;
};

type Gateway = { readonly url: string; readonly token: string; readonly client: GraphClient };

const types: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  share: z.number(),
  rowsRead: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  refused: z.number(),
  failure: z.string().nullable(),
});

type Job = z.infer<typeof jobSchema>;

const jobFields = 'id state share rowsRead created updated unchanged refused failure';

/** Leaves a file to the service, and shows how far it is until it has ended. */
export async function importAsJob(gateway: Gateway, options: JobOptions): Promise<Tally> {
  const { encoding, ...mapping } = mappingOf(options.mappingFile);
  const fileId = await sendFile(gateway, { file: options.file, encoding });
  const job = await start(gateway, { options, fileId, mapping });
  say(`${basename(options.file)} is import ${job.id}; it goes on without this command`);
  const done = await follow(gateway, options, job.id);
  await reportRefused(gateway, options, done.id);
  if (done.state !== 'DONE') throw new UserError(done.failure ?? `The import is ${done.state}`);
  return done;
}

function mappingOf(file: string): Readonly<Record<string, unknown>> & { encoding: string } {
  const mapping = z
    .looseObject({ encoding: z.string().default('utf-8') })
    .safeParse(parseJson(file));
  if (!mapping.success) throw new UserError(`The mapping ${file} is no object`);
  if (!('details' in mapping.data)) return mapping.data;
  throw new UserError('A mapping with "details" is sent by the graph: leave --job out');
}

const sentSchema = z.object({ id: z.string() });
const refusedSchema = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

async function sendFile(
  { url, token }: Gateway,
  { file, encoding }: { readonly file: string; readonly encoding: string },
): Promise<string> {
  const type = types[file.split('.').at(-1)?.toLowerCase() ?? ''];
  if (type === undefined)
    throw new UserError(`${file} must end in ${Object.keys(types).join(', ')}`);
  const address = new URL('/files/customers', url);
  address.searchParams.set('name', basename(file));
  address.searchParams.set('encoding', encoding);
  const body = await openAsBlob(file).catch((cause: unknown) => {
    throw new UserError(`${file} can not be read`, { cause });
  });
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return sentSchema.parse(answer).id;
  const refused = refusedSchema.safeParse(answer);
  const reason = refused.success ? refused.data.errors[0]?.message : `HTTP ${response.status}`;
  throw new UserError(`The file was not taken: ${reason ?? ''}`);
}

type Starting = {
  readonly options: JobOptions;
  readonly fileId: string;
  readonly mapping: unknown;
};

async function start({ client }: Gateway, { options, fileId, mapping }: Starting): Promise<Job> {
  const { entity, matchOn, mode, isDryRun: dryRun } = options;
  const clientMutationId = client.idOf(fileId);
  const { job } = await client.execute(
    {
      document: `mutation Start($input: StartImportInput!) { job: startImport(input: $input) { ${jobFields} } }`,
      data: z.object({ job: jobSchema }),
    },
    { input: { entity, fileId, mapping, matchOn, mode, dryRun, clientMutationId } },
  );
  return job;
}

const lookMs = 500;
const plainMs = 5000;

async function follow({ client }: Gateway, { file }: JobOptions, id: string): Promise<Job> {
  const { isTTY } = process.stderr;
  const startedAt = performance.now();
  let shownAt = startedAt;
  for (;;) {
    const { job } = await client.execute(
      {
        document: `query Look($id: ID!) { job: importJob(id: $id) { ${jobFields} } }`,
        data: z.object({ job: jobSchema }),
      },
      { id },
    );
    const ms = performance.now() - startedAt;
    if (job.state !== 'QUEUED' && job.state !== 'RUNNING') {
      if (isTTY) process.stderr.write('\r\u001B[K');
      say(endLine(file, job, ms));
      return job;
    }
    if (isTTY) process.stderr.write(`\r\u001B[K${progressLine(file, job, ms)}`);
    else if (performance.now() - shownAt > plainMs) {
      shownAt = performance.now();
      say(progressLine(file, job, ms));
    }
    await sleep(lookMs);
  }
}

function progressLine(file: string, { share, rowsRead, refused }: Job, ms: number): string {
  const perSecond = Math.round(rowsRead / (ms / 1000));
  const rest = share > 0 ? `, about ${seconds((ms / share) * (1 - share))} left` : '';
  return `${basename(file)}  ${bar(share)} ${percent(share)}  ${rowsRead} rows, ${perSecond}/s${rest}, ${refused} refused`;
}

const endLine = (file: string, { rowsRead, ...job }: Job, ms: number): string =>
  `${basename(file)}  ${job.created} created, ${job.updated} updated, ${job.unchanged} unchanged, ` +
  `${job.refused} refused in ${seconds(ms)} (${Math.round(rowsRead / (ms / 1000))}/s)`;

const pageSchema = z.object({
  job: z.object({
    refusedRows: z.object({
      nodes: z.array(
        z.object({
          line: z.number(),
          problems: z.array(
            z.object({
              path: z.string(),
              column: z.string().nullable(),
              value: z.string().nullable(),
              message: z.string(),
            }),
          ),
        }),
      ),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
});

const refusedDocument = `query Refused($id: ID!, $after: String) {
  job: importJob(id: $id) { refusedRows(first: 50, after: $after) {
    nodes { line problems { path column value message } } pageInfo { hasNextPage endCursor } } } }`;

async function reportRefused(
  { client }: Gateway,
  { file, report }: JobOptions,
  id: string,
): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page: z.infer<typeof pageSchema> = await client.execute(
      { document: refusedDocument, data: pageSchema },
      { id, after },
    );
    const { nodes, pageInfo } = page.job.refusedRows;
    for (const { line, problems } of nodes) {
      report.add(
        problems.map(({ path, column, value, message }): Problem => {
          return { file: basename(file), line, column, field: path, message, value: value ?? '' };
        }),
      );
    }
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
}
