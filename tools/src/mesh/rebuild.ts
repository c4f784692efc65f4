import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { startProgress, type Progress } from '../seed/progress.ts';
import type { Mesh } from './mesh.ts';
import { repository } from './paths.ts';
import { planStep } from './plan.ts';
import { buildPrograms } from './programs.ts';
import { say, UserError } from './say.ts';
import { type Service, services } from './services.ts';

export type RebuildOptions = {
  /** Whether records may go that nobody has told of. */
  readonly force?: boolean;
  /** Whether the owners tell of their records first, because the log does not reach back to them. */
  readonly snapshot?: boolean;
  readonly signal?: AbortSignal;
};

/** Makes what a service keeps of events anew beside what it answers from, and puts it in its place. */
export async function rebuild(
  mesh: Mesh,
  name: string,
  { force, snapshot, signal }: RebuildOptions = {},
): Promise<void> {
  const service = serviceToRebuild(name);
  await buildPrograms();
  if (snapshot) await tellSnapshots(mesh, signal);
  const env = { ...(force && { ACCEPT_LOSS: '1' }), ...(snapshot && { FROM_SNAPSHOT: '1' }) };
  await runStep(mesh, { service, step: 'rebuild', env, signal });
  say(`${name} answers from the new tables`);
}

function serviceToRebuild(name: string): Service {
  const able = withProgram('rebuild');
  const service = able.find((each) => each === name);
  if (service) return service;
  throw new UserError(`npm run mesh -- rebuild NAME, which is one of: ${able.join(' ')}`);
}

async function tellSnapshots(mesh: Mesh, signal: AbortSignal | undefined): Promise<void> {
  for (const service of withProgram('snapshot')) {
    const told = await runStep(mesh, { service, step: 'snapshot', signal });
    say(`  ${service} has told of ${told ?? 0} records`);
  }
}

type Step = 'rebuild' | 'snapshot';

const withProgram = (step: Step): readonly Service[] =>
  services.filter((each) => existsSync(join(repository, `services/${each}/src/${step}.ts`)));

type Run = {
  readonly service: Service;
  readonly step: Step;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
};

/** Shows how far it is. Gives how much was told at the end, if anything. */
async function runStep(
  mesh: Mesh,
  { service, step, env, signal }: Run,
): Promise<number | undefined> {
  const plan = planStep(mesh, service, step);
  const [file, ...options] = plan.command;
  const child = spawn(file, options, {
    cwd: repository,
    env: { ...process.env, ...plan.env, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal, killSignal: 'SIGKILL' as const }),
  });
  // An abort says the same as the end.
  child.on('error', () => undefined);
  let problem = '';
  child.stderr.on('data', (chunk: Buffer) => (problem += chunk.toString()));
  const bar = createBar();
  createInterface(child.stdout).on('line', bar.take);
  const [code] = await once(child, 'close');
  bar.end();
  if (code !== 0) {
    throw new UserError(reasonFrom(problem) || `The ${step} of ${service} was broken off`);
  }
  return bar.told();
}

const lineSchema = z.object({
  applied: z.number().optional(),
  total: z.number().optional(),
  told: z.number().optional(),
});

type Bar = {
  readonly take: (line: string) => void;
  readonly told: () => number | undefined;
  readonly end: () => void;
};

/** From the log of the program, which is read by machines elsewhere. */
function createBar(): Bar {
  let bar: Progress | null = null;
  let shown = 0;
  let last: number | undefined;
  return {
    take: (line) => {
      const { applied = 0, total = 0, told } = lineSchema.parse(JSON.parse(line));
      last = told ?? last;
      if (total === 0) return;
      bar ??= startProgress('events', total);
      if (applied > shown) bar.add(applied - shown);
      shown = Math.max(shown, applied);
    },
    told: () => last,
    end: () => bar?.end(),
  };
}

/** The line of a stack that says what is wrong. */
const reasonFrom = (text: string): string => /^(?:\w*Error): (.*)$/m.exec(text)?.[1] ?? text.trim();
