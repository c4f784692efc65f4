import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { homeFromEnv } from '../mesh/mesh.ts';
import { createHome, homeAt, repository } from '../mesh/paths.ts';
import { main, say, UserError } from '../mesh/say.ts';
import type { Measured, Measurement } from './measurement.ts';
import { printReport } from './report.ts';

const usage = `npm run bench [-- NAME…] [--json]
  NAME…    which measurements; all when left out
  --list   what there is
  --json   prints one object { name, at, rows: [{ id, value, unit, bound, ok }] }
  --markdown  prints tables for a README
  --runs N    measures N times what one run alone does not tell, and gives the median
Servers are its own, in GUANXI_HOME/bench and on the ports from GUANXI_PORT (4700).`;

const folder = join(repository, 'tools/src/bench');
const defaultPort = 4700;
const runsMax = 20;

/** Every folder with a `measure.ts` is a measurement. */
const programOf = (name: string): string => join(folder, name, 'measure.ts');

const moduleSchema = z.object({
  measurement: z.custom<Measurement>(
    (value) => typeof value === 'object' && value !== null && 'run' in value,
    'measure.ts exports no measurement',
  ),
});

/** Takes measurements, one after the other. Exits with 0 when every bound is held. */
await main(usage, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      runs: { type: 'string', default: '1' },
      list: { type: 'boolean', default: false },
    },
  });
  const names = namesOf();
  if (values.list) return list(names);

  const wanted = positionals.length > 0 ? positionals : names;
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new UserError(`${usage}\n\nThere are: ${names.join(', ')}`);

  const at = new Date().toISOString();
  const measured: Measured[] = [];
  for (const name of wanted) measured.push(await measure(name, readRuns(values.runs)));
  const form = values.json ? 'json' : values.markdown ? 'markdown' : 'text';
  // Handlers for signals that a measurement has set would keep this process.
  process.exit(printReport(wanted.join('+'), at, { measured, form }));
});

function namesOf(): string[] {
  return readdirSync(folder).filter((name) => existsSync(programOf(name)));
}

async function load(name: string): Promise<Measurement> {
  return moduleSchema.parse(await import(pathToFileURL(programOf(name)).href)).measurement;
}

async function list(names: readonly string[]): Promise<void> {
  for (const name of names) {
    process.stdout.write(`${name.padEnd(12)} ${(await load(name)).about}\n`);
  }
}

function readRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs >= 1 && runs <= runsMax) return runs;
  throw new UserError(`--runs takes 1 to ${runsMax}.`);
}

async function measure(name: string, runs: number): Promise<Measured> {
  const measurement = await load(name);
  say(`${name}: ${measurement.about}`);
  const home = homeAt(join(homeFromEnv().root, 'bench', name));
  rmSync(home.root, { recursive: true, force: true });
  createHome(home);
  const port = Number(process.env['GUANXI_PORT'] ?? defaultPort);
  const rows = await measurement.run({ home, port, runs });
  rmSync(home.root, { recursive: true, force: true });
  return { measurement, rows };
}
