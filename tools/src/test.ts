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
import { runJest, type Tally } from './test-jest.ts';

/** Everything that CI checks. Arguments are patterns of paths: only those test files, no checks. */
await main(async () => {
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
    const units = await runUnits(run, databases);
    await databases.stop();
    return [...checks, units, await runScenarios(run)];
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
  return step('together', () => runJest({ ...run, suite: 'units', env }));
}

/** Each scenario starts a mesh of its own through the harness, in this folder and on these ports. */
async function runScenarios(run: Run): Promise<Tally> {
  if (run.stop.aborted || !matchesScenario(run.patterns)) return { passed: 0, failed: 0 };
  say('Scenarios on a whole mesh');
  const mesh = scenarioHome(run.home);
  const env = { GUANXI_HOME: mesh.root, GUANXI_PORT: String(run.port) };
  try {
    return await step('together', () => runJest({ ...run, suite: 'scenarios', env }));
  } finally {
    await endMesh(mesh);
  }
}

/** Without patterns everything runs. */
function matchesScenario(patterns: readonly string[]): boolean {
  const files = readdirSync(join(repository, 'tools/e2e'), { recursive: true, encoding: 'utf8' });
  return patterns.length === 0 || files.some((file) => matches(`tools/e2e/${file}`, patterns));
}

const matches = (file: string, patterns: readonly string[]): boolean =>
  file.endsWith('.e2e.test.ts') && patterns.some((pattern) => new RegExp(pattern).test(file));

function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.reduce((total, { failed }) => total + failed, 0),
  };
}
