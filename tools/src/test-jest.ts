import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Home, repository } from './mesh/paths.ts';

const workerMemory = '700MB';

/** Which files run together, and how many at a time. */
export type Suite = {
  readonly name: string;
  readonly files: string;
  readonly workers: number;
};

/** Two at a time on the two cores of a small machine: with three each takes that much longer. */
export const units: Suite = { name: 'units', files: '**/src/**/*.test.ts', workers: 2 };

/** It has the machine for itself. */
export const scenario = (name: string): Suite => ({
  name,
  files: `**/tools/e2e/${name}/*.e2e.test.ts`,
  workers: 1,
});

export type Tally = { readonly passed: number; readonly failed: number };

const resultSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  /** Files that could not even be loaded. */
  numRuntimeErrorTestSuites: z.number(),
});

export type JestRun = {
  readonly suite: Suite;
  readonly home: Home;
  readonly env: Readonly<Record<string, string>>;
  /** Only files whose path matches one of these. */
  readonly patterns: readonly string[];
  readonly stop: AbortSignal;
};

/** Runs the tests of one kind in every workspace, and counts. */
export async function runJest(options: JestRun): Promise<Tally> {
  const output = join(options.home.root, `jest-${options.suite.name}.json`);
  rmSync(output, { force: true });
  const child = startJest(options, output);
  options.stop.addEventListener('abort', () => child.kill('SIGTERM'));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return readTally(output, code);
}

function startJest({ suite, env, patterns }: JestRun, output: string): ChildProcess {
  const options = [
    '--config=tools/jest.config.cjs',
    `--rootDir=${repository}`,
    `--testMatch=${suite.files}`,
    `--maxWorkers=${suite.workers}`,
    `--workerIdleMemoryLimit=${workerMemory}`,
    '--passWithNoTests',
    '--json',
    `--outputFile=${output}`,
    ...(patterns.length > 0 ? ['--testPathPatterns', ...patterns] : []),
  ];
  const jest = join(repository, 'node_modules/jest/bin/jest.js');
  const node = ['--experimental-vm-modules', '--no-warnings'];
  return spawn(process.execPath, [...node, jest, ...options], {
    cwd: repository,
    env: { ...process.env, NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Jest that ends without a result is a failure of its own. */
function readTally(output: string, code: number | null): Tally {
  try {
    const result = resultSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    return { passed: result.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
