import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './paths.ts';
import { until } from './wait.ts';

/** A process may start this much after the moment that its pid file tells: clocks tick in seconds. */
const clockSlackMs = 3000;

export const writePid = (home: Home, name: string, pid: number): void =>
  writeFileSync(pidFile(home, name), `${pid}\n`);

export const removePid = (home: Home, name: string): void =>
  rmSync(pidFile(home, name), { force: true });

/** The running process of this name, or null. A stale file whose number was given away is no process. */
export function readPid(home: Home, name: string): number | null {
  try {
    const file = pidFile(home, name);
    const pid = Number(readFileSync(file, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 1 || !isRunning(pid)) return null;
    return startedAt(pid) <= statSync(file).mtimeMs + clockSlackMs ? pid : null;
  } catch {
    return null;
  }
}

/** Every name that has a pid file, whether its process lives or not. */
export const namesWithPid = (home: Home): string[] =>
  readdirSync(home.run)
    .filter((file) => file.endsWith('.pid'))
    .map((file) => file.slice(0, -'.pid'.length));

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return processState(pid) !== 'Z';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export const isPaused = (pid: number): boolean => processState(pid) === 'T';

/** Asks a process to end, and ends it when it has not after `graceMs`. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  signal(pid, 'SIGCONT');
  signal(pid, 'SIGTERM');
  if (await until(() => !isRunning(pid), { forMs: graceMs })) return;
  signal(pid, 'SIGKILL');
  await until(() => !isRunning(pid), { forMs: 5000 });
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const pidFile = (home: Home, name: string): string => join(home.run, `${name}.pid`);

/** The kernel's letter for it: Z ended and not yet collected, T stopped. */
function processState(pid: number): string {
  try {
    return process.platform === 'linux'
      ? (statFields(pid)[0] ?? '')
      : execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).charAt(0);
  } catch {
    return '';
  }
}

/** When a process started, in epoch ms. */
function startedAt(pid: number): number {
  if (process.platform !== 'linux') {
    const printed = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return Date.parse(printed);
  }
  const bootedAtSeconds = Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  // Field 22 counts from boot in ticks, which Linux shows as hundredths of a second everywhere.
  return bootedAtSeconds * 1000 + Number(statFields(pid)[19]) * 10;
}

/** The fields of /proc/PID/stat after the name, which may hold spaces and brackets itself. */
function statFields(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
