import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openLog } from './log-file.ts';
import { type Home, repository } from './paths.ts';
import { removePid, writePid } from './pid.ts';

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
