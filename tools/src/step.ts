import { spawn } from 'node:child_process';
import { repository } from './mesh/paths.ts';
import { seconds } from './mesh/say.ts';

export type Command = readonly [program: string, ...options: string[]];

type Limits = { readonly msMax: number; readonly stop: AbortSignal };

/** Runs a program to its end. Fails with all it printed, and says when it took too long. */
export function runStep([file, ...options]: Command, { msMax, stop }: Limits): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own, for a program that is stopped would leave those that it started.
    const child = spawn(file, options, {
      cwd: repository,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let stopped = '';
    const limit = setTimeout(() => {
      stopped = `stopped after ${seconds(msMax)}\n`;
      endGroup(child.pid);
    }, msMax);
    const interrupt = (): void => endGroup(child.pid);
    stop.addEventListener('abort', interrupt);
    child.stdout.on('data', (part: Buffer) => output.push(part));
    child.stderr.on('data', (part: Buffer) => output.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      stop.removeEventListener('abort', interrupt);
      if (code === 0) resolve();
      else reject(new Error(`${stopped}${Buffer.concat(output).toString('utf8').trim()}`));
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
