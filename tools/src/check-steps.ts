import { join } from 'node:path';
import { generateTypes } from './generate.ts';
import { repository } from './mesh/paths.ts';
import { say, seconds } from './mesh/say.ts';
import { runStep, type Command } from './step.ts';

/** Both cores of a small machine are kept busy; more at a time would only take turns. */
const atATime = 2;
/** A step that hangs ends; one that waits for a busy machine does not. */
const stepMsMax = 600_000;

type Step = { readonly name: string; readonly command: Command };

const program = (name: string, ...options: readonly string[]): Command => [
  join(repository, 'node_modules/.bin', name),
  ...options,
];

const script = (file: string, ...options: readonly string[]): Command => [
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

/** Runs everything that needs no server. Returns the names of the steps that failed. */
export async function check(stop: AbortSignal): Promise<readonly string[]> {
  const waiting = [...steps];
  const failed = await attempt('code generation', generateTypes);
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step && !stop.aborted; step = waiting.shift()) {
      const { name, command } = step;
      failed.push(...(await attempt(name, () => runStep(command, { msMax: stepMsMax, stop }))));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return failed;
}

/** The name, when it failed. */
async function attempt(name: string, run: () => Promise<void>): Promise<string[]> {
  const startedAt = performance.now();
  try {
    await run();
    say(`  ok    ${name.padEnd(20)} ${seconds(performance.now() - startedAt).padStart(7)}`);
    return [];
  } catch (error) {
    say(`  FAIL  ${name.padEnd(20)} ${seconds(performance.now() - startedAt).padStart(7)}`);
    say(error instanceof Error ? error.message : String(error));
    return [name];
  }
}
