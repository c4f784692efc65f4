import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Home, repository } from './paths.ts';
import { removePid, writePid } from './pid.ts';

const logBytesMax = 10 * 1024 * 1024;

export type Command = {
  readonly name: string;
  readonly command: readonly [file: string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Starts a process with a pid file and a log file of its name. It gets a process group of its own,
 * so that Ctrl-C reaches only the one who started it, who then ends them in order.
 */
export function startProcess(home: Home, { name, command, env }: Command): ChildProcess {
  const [file, ...options] = command;
  const log = openLog(home, name);
  const child = spawn(file, options, {
    cwd: repository,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);

  const { pid } = child;
  if (pid !== undefined) {
    writePid(home, name, pid);
    child.once('exit', () => removePid(home, name));
  }
  return child;
}

export const logFile = (home: Home, name: string): string => join(home.log, `${name}.log`);

/** Opens a log to be added to. One that has grown large is put aside first. */
export function openLog(home: Home, name: string): number {
  const file = logFile(home, name);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
