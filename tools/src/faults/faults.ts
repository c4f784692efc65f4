import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { repository } from '../mesh/paths.ts';
import { main, say, UserError } from '../mesh/say.ts';
import { hasPassed, lineOf, rowOf } from './report.ts';
import { runAll } from './run.ts';
import type { Scenario } from './scenario.ts';

const usage = `npm run faults [-- ID…] [--fast] [--again] [--json]
  ID…      which scenarios; all when left out
  --fast   only those that are run with every change, in 8 minutes at most
  --again  tries what failed once more on a new mesh; only what fails twice counts
  --list   what there is
  --json   prints one object { name, at, rows: [{ id, value, unit, bound, ok }] }
Processes are its own, in GUANXI_HOME/faults and on the ports from GUANXI_PORT (4800).`;

const folder = join(repository, 'tools/src/faults');

const moduleSchema = z.object({
  scenario: z.custom<Scenario>(
    (value) => typeof value === 'object' && value !== null && 'title' in value,
    'scenario.ts exports no scenario',
  ),
});

/** Runs scenarios, one after the other. Exits with 0 when all of them passed. */
await main(usage, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      fast: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const chosen = choose(await loadScenarios(), positionals, values.fast);
  if (values.list) return list(chosen);

  const at = new Date().toISOString();
  const print = values.json ? say : (line: string) => void process.stdout.write(`${line}\n`);
  const outcomes = await runAll(chosen, {
    triesAgain: values.again,
    isHasty: values.fast,
    report: (outcome) => print(lineOf(outcome)),
  });

  const ran = outcomes.filter(({ isSkipped }) => !isSkipped);
  const passed = ran.filter(hasPassed).length;
  print(`${passed} passed, ${ran.length - passed} failed`);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ name: 'faults', at, rows: ran.map(rowOf) })}\n`);
  }
  const isComplete = outcomes.length === chosen.length;
  // Handlers for signals would keep this process.
  process.exit(isComplete && passed === ran.length ? 0 : 1);
});

/** Every folder with a `scenario.ts` is one. */
async function loadScenarios(): Promise<readonly Scenario[]> {
  const files = readdirSync(folder)
    .map((name) => join(folder, name, 'scenario.ts'))
    .filter((file) => existsSync(file));
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
  return modules
    .map((module) => moduleSchema.parse(module).scenario)
    .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}

function choose(
  all: readonly Scenario[],
  ids: readonly string[],
  isFastOnly: boolean,
): readonly Scenario[] {
  const unknown = ids.filter((id) => !all.some((scenario) => scenario.id === id));
  if (unknown.length > 0) {
    throw new UserError(
      `${usage}\n\nThere is no ${unknown.join(', ')}. There are: ${all.map(({ id }) => id).join(' ')}`,
    );
  }
  return all.filter(
    ({ id, isFast }) => (ids.length === 0 || ids.includes(id)) && (!isFastOnly || isFast === true),
  );
}

function list(chosen: readonly Scenario[]): void {
  for (const { id, title, isFast } of chosen) {
    process.stdout.write(`${id.padEnd(5)} ${isFast ? '*' : ' '} ${title}\n`);
  }
}
