import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './check-steps.ts';
import { down } from './mesh/control.ts';
import { homeFromEnv } from './mesh/mesh.ts';
import { clearRemains, requireNotRunning } from './mesh/orphans.ts';
import { createHome, type Home, homeAt, repository } from './mesh/paths.ts';
import { main, say, seconds, step } from './mesh/say.ts';
import { buildSupervisor } from './mesh/programs.ts';
import { untilStopSignal } from './mesh/stop-signal.ts';
import { type RunningMesh, startMesh } from './mesh/supervisor.ts';
import { testVariables } from './mesh/test-environment.ts';
import { runJest, scenario, type Tally, units } from './test-jest.ts';

/** Everything that CI checks. Arguments are patterns of paths: only those test files, no checks. */
const usage = `npm test [-- PATTERN…]
  PATTERN…  only the test files whose path matches one; without it the checks run too`;

await main(usage, async () => {
  const startedAt = performance.now();
  const patterns = process.argv.slice(2);
  const port = Number(process.env['GUANXI_PORT'] ?? '4600');
  const home = await createTestHome();

  const interrupt = new AbortController();
  void untilStopSignal().then(() => interrupt.abort());
  const tally = sum(await runAll({ home, port, patterns, stop: interrupt.signal }));

  say(
    `\n${seconds(performance.now() - startedAt)}${interrupt.signal.aborted ? ', interrupted' : ''}`,
  );
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  // The handlers for signals would keep this process.
  process.exit(tally.failed === 0 && !interrupt.signal.aborted ? 0 : 1);
});

/** A new folder below that of the mesh, never the mesh's own. */
async function createTestHome(): Promise<Home> {
  const home = homeAt(join(homeFromEnv().root, 'test'));
  createHome(home);
  requireNotRunning(home);
  await clearRemains(home);
  await endMesh(scenarioHome(home));
  rmSync(home.root, { recursive: true, force: true });
  createHome(home);
  return home;
}

function scenarioHome(home: Home): Home {
  return homeAt(join(home.root, 'mesh'));
}

/** Ends what a scenario, or a test run that was killed, left running. */
async function endMesh(home: Home): Promise<void> {
  createHome(home);
  await down(home);
}

type Run = {
  readonly home: Home;
  readonly port: number;
  readonly patterns: readonly string[];
  readonly stop: AbortSignal;
};

async function runAll(run: Run): Promise<Tally[]> {
  const databases = await startDatabases(run);
  try {
    const checks = run.patterns.length > 0 ? [] : [await runChecks(run)];
    const ofUnits = await runUnits(run, databases);
    await databases.stop();
    return [...checks, ofUnits, ...(await runScenarios(run))];
  } finally {
    await databases.stop();
  }
}

/** The servers of the tests: their own ports and folder, and nothing waits for the disk. */
async function startDatabases({ home, port, stop }: Run): Promise<RunningMesh> {
  await buildSupervisor();
  const databases = await startMesh(home, {
    port,
    instances: 1,
    durability: 'relaxed',
    parts: 'databases',
  });
  stop.addEventListener('abort', () => void databases.stop());
  return databases;
}

async function runChecks({ stop }: Run): Promise<Tally> {
  say('Checks');
  const failed = await check(stop);
  return { passed: 0, failed: failed.length };
}

async function runUnits(run: Run, databases: RunningMesh): Promise<Tally> {
  await databases.ready;
  say('Tests of rules and operations');
  const env = testVariables(databases.mesh, databases.mesh.toolchain);
  return step('together', () => runJest({ ...run, suite: units, env }));
}

/** One after the other, on one mesh in this folder and on these ports; see the harness. */
async function runScenarios(run: Run): Promise<Tally[]> {
  const names = scenariosFor(run.patterns);
  if (names.length === 0) return [];
  say('Scenarios on a whole mesh');
  const mesh = scenarioHome(run.home);
  const env = { GUANXI_HOME: mesh.root, GUANXI_PORT: String(run.port) };
  const tallies: Tally[] = [];
  try {
    for (const name of names) {
      if (run.stop.aborted) break;
      tallies.push(await step(name, () => runJest({ ...run, suite: scenario(name), env })));
    }
    return tallies;
  } finally {
    await endMesh(mesh);
  }
}

/** Without patterns everything runs. */
function scenariosFor(patterns: readonly string[]): readonly string[] {
  const entries = readdirSync(join(repository, 'tools/e2e'), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = names.filter((name) => filesOf(name).some((file) => matches(file, patterns)));
  return wanted.toSorted((a, b) => Number(isLast(a)) - Number(isLast(b)));
}

function filesOf(name: string): readonly string[] {
  return readdirSync(join(repository, 'tools/e2e', name)).map(
    (file) => `tools/e2e/${name}/${file}`,
  );
}

/** It ends the mesh, which the next would have to start again. */
function isLast(name: string): boolean {
  return name === 'start-and-stop';
}

function matches(file: string, patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern).test(file));
}

function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
  };
}
