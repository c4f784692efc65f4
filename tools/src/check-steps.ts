import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { generateTypes } from './generate.ts';
import { repository } from './mesh/paths.ts';
import { say, seconds } from './mesh/say.ts';

/** Both cores of a small machine are kept busy; more at a time would only take turns. */
const atATime = 2;
/** A step that hangs ends; one that waits for a busy machine does not. */
const stepMsMax = 900_000;

type Step = { readonly name: string; readonly command: readonly [string, ...string[]] };

const program = (name: string, ...options: readonly string[]): Step['command'] => [
  join(repository, 'node_modules/.bin', name),
  ...options,
];

const script = (file: string, ...options: readonly string[]): Step['command'] => [
  process.execPath,
  '--import',
  'tsx',
  join(repository, 'tools/src', file),
  ...options,
];

/** The longest first, so that nothing long is left for the end. */
const steps: readonly Step[] = [
  { name: 'format', command: program('prettier', '--check', '--log-level=warn', '--cache', '.') },
  { name: 'lint', command: program('oxlint', '--type-aware') },
  { name: 'dependencies', command: program('knip') },
  { name: 'types', command: program('tsc', '-p', '.') },
  { name: 'supergraph', command: script('compose.ts', '--check') },
  { name: 'breaking changes', command: script('check-sdl.ts') },
  { name: 'events', command: script('check-events.ts') },
];

/** Runs everything that needs no server. Returns how many steps failed. */
export async function check(): Promise<number> {
  const generated = await attempt('code generation', generateTypes);
  const waiting = [...steps];
  const outcomes: boolean[] = [generated];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const { name, command } = step;
      outcomes.push(await attempt(name, () => runCommand(command)));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return outcomes.filter((passed) => !passed).length;
}

async function attempt(name: string, run: () => Promise<void>): Promise<boolean> {
  const startedAt = performance.now();
  try {
    await run();
    say(`  ok    ${name.padEnd(20)} ${seconds(performance.now() - startedAt).padStart(7)}`);
    return true;
  } catch (error) {
    say(`  FAIL  ${name.padEnd(20)} ${seconds(performance.now() - startedAt).padStart(7)}`);
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

function runCommand([file, ...options]: Step['command']): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, options, {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: stepMsMax,
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => output.push(part));
    child.stderr.on('data', (part: Buffer) => output.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(Buffer.concat(output).toString('utf8').trim()));
    });
  });
}
