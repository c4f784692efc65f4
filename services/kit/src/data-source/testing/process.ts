import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Program } from './programs.ts';

/** A server process under test, and what can be done to it. */
export type TestProcess = {
  readonly isRunning: () => boolean;
  /** SIGSTOP, and waits until it holds: sockets stay open and nothing answers. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** SIGKILL, and waits for the end. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and waits for the end. */
  readonly stop: () => Promise<void>;
  readonly exited: () => Promise<void>;
  readonly pid: number;
};

const running = new Set<ChildProcess>();

// A test run that is interrupted must not leave servers behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startProcess(
  command: Program,
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): TestProcess {
  const [file, ...options] = command;
  const log = openSync(logFile, 'a');
  const stdio = ['ignore', log, log] as const;
  const child = spawn(file, options, { stdio: [...stdio], env: { ...process.env, ...env } });
  closeSync(log);
  running.add(child);
  child.on('error', () => running.delete(child));
  child.on('exit', () => running.delete(child));

  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const exited = (): Promise<void> =>
    new Promise((resolve) => {
      if (isRunning()) child.once('exit', () => resolve());
      else resolve();
    });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    // A stopped process acts on no signal but SIGKILL.
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    child.kill(signal);
    await exited();
  };
  const pid = child.pid ?? -1;
  return {
    isRunning,
    exited,
    pause: async () => {
      child.kill('SIGSTOP');
      await until('every thread has stopped', () => isStopped(pid));
    },
    resume: () => child.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    pid,
  };
}

/** A thread goes on until it is its turn to see the signal. Where there is no /proc, nobody can tell. */
function isStopped(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  try {
    return readdirSync(threads).every((thread) =>
      / T /.test(readFileSync(`${threads}/${thread}/stat`, 'utf8')),
    );
  } catch {
    return true;
  }
}

/** Waits until something holds. Fails with `what` after `ms`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 15_000,
): Promise<void> {
  const deadline = performance.now() + ms;
  for (;;) {
    if (await holds()) return;
    if (performance.now() > deadline) throw new Error(`Waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
