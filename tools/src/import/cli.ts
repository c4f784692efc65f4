import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGraphClient, GraphError } from '../graph-client.ts';
import { graphqlUrl } from '../mesh/demo.ts';
import { homeFromEnv, openMesh } from '../mesh/mesh.ts';
import { mintToken } from '../mesh/mint.ts';
import { main, say, UserError } from '../mesh/say.ts';
import { entityNames, isEntityName } from './entities.ts';
import { importFile, type ImportJob } from './import.ts';
import { importAsJob, type JobOptions } from './job.ts';
import { readGraph } from './input-type.ts';
import { createReport } from './report.ts';
import { readSet } from './set.ts';

const usage = `npm run import -- --entity ENTITY --file F.csv --mapping M.json
npm run import -- --set NAME --dir FOLDER
  ENTITY      ${entityNames.join(', ')}
  --set       northwind, or a file that lists several imports; FOLDER holds the CSV files
  --job       leaves customers in a CSV, NDJSON or XLSX file to the service, which goes on by itself;
              --match-on FIELD and --mode create|update|upsert say what rows mean
  --dry-run   checks the mapping and every row, writes nothing
  --report    where rows that were refused are listed (default: below .local/import)
  --url, --token   of another graph than the one that npm start runs here
Exit status: 0 all rows taken, 2 some refused, 1 the import could not be made.`;

const refusedStatus = 2;

type Options = ReturnType<typeof readOptions>;

function readOptions() {
  const { values } = parseArgs({
    options: {
      entity: { type: 'string' },
      file: { type: 'string' },
      mapping: { type: 'string' },
      set: { type: 'string' },
      dir: { type: 'string' },
      report: { type: 'string' },
      job: { type: 'boolean', default: false },
      'match-on': { type: 'string' },
      mode: { type: 'string', default: 'upsert' },
      'dry-run': { type: 'boolean', default: false },
      url: { type: 'string' },
      token: { type: 'string' },
    },
  });
  return values;
}

function jobsOf(options: Options): ImportJob[] {
  const isDryRun = options['dry-run'];
  const { entity, file, mapping, set, dir } = options;
  if (set !== undefined && dir !== undefined) {
    const folder = fromCaller(dir);
    return readSet(setFile(set)).map((step) => ({
      ...step,
      file: join(folder, step.file),
      report: createReport(reportFile(options, `${step.name}-${step.file}`)),
      isDryRun,
    }));
  }
  if (
    entity === undefined ||
    file === undefined ||
    mapping === undefined ||
    !isEntityName(entity)
  ) {
    throw new UserError(usage);
  }
  return [
    {
      name: entity,
      file: fromCaller(file),
      mappingFile: fromCaller(mapping),
      report: createReport(reportFile(options, `${entity}-${basename(file)}`)),
      isDryRun,
    },
  ];
}

/** npm runs its scripts in the folder of package.json, and tells where the caller stands. */
const fromCaller = (path: string): string =>
  resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

const ownSets = dirname(fileURLToPath(import.meta.url));

const setFile = (set: string): string =>
  set.endsWith('.json') ? fromCaller(set) : join(ownSets, set, 'set.json');

const reportFile = ({ report }: Options, name: string): string =>
  report === undefined
    ? join(homeFromEnv().root, 'import', `${name.replace(/\.csv$/i, '')}.refused.csv`)
    : fromCaller(report);

async function findGraph({ url, token }: Options): Promise<{ url: string; token: string }> {
  if (url !== undefined && token !== undefined) return { url, token };
  const mesh = openMesh(homeFromEnv());
  return {
    url: url ?? graphqlUrl(mesh),
    token: token ?? (await mintToken(mesh, { roles: ['admin'] })),
  };
}

/** Several calls that wait for the same thing say so once. */
function sayOnce(before: string): (text: string) => void {
  let said = '';
  return (text) => {
    if (text !== said) say(`${before}${text}`);
    said = text;
  };
}

type Gateway = Parameters<typeof importAsJob>[0];

/** Has each file imported by what asks for it, and counts the rows that were refused. */
async function importAll(
  options: Options,
  jobs: readonly ImportJob[],
  gateway: Gateway,
): Promise<number> {
  let refused = 0;
  for (const job of jobs) {
    const tally = options.job
      ? await importAsJob(gateway, asJob(options, job))
      : await importFile({ schema: readGraph(), client: gateway.client }, job);
    refused += tally.refused;
    if (tally.refused > 0) say(`  what was refused is in ${job.report.path}`);
  }
  return refused;
}

function asJob(options: Options, job: ImportJob): JobOptions {
  if (job.name !== 'customer') throw new UserError('--job takes customers');
  const matchOn = options['match-on'];
  return {
    ...job,
    entity: 'Customer',
    matchOn: matchOn === undefined ? null : [matchOn],
    mode: options.mode.toUpperCase(),
  };
}

await main(usage, async () => {
  const options = readOptions();
  const jobs = jobsOf(options);
  const { url, token } = await findGraph(options);
  const client = createGraphClient({
    url,
    token,
    patienceMs: 10 * 60_000,
    onWait: sayOnce('waiting for the graph: '),
  });
  try {
    return (await importAll(options, jobs, { url, token, client })) > 0 ? refusedStatus : 0;
  } catch (error) {
    throw error instanceof GraphError
      ? new UserError(`The graph refused the import (${error.code}): ${error.message}`)
      : error;
  } finally {
    await client.close();
  }
});
