import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mysqlNames } from './mysql-server.ts';
import type { Home } from './paths.ts';
import { endProcess, namesWithPid, readPid, removePid } from './pid.ts';
import { say, UserError } from './say.ts';
import { supervisorName } from './supervisor-name.ts';

const graceMs = 20_000;

/** A second mesh in the same folder would take the first one's data away under it. */
export function requireNotRunning(home: Home): void {
  const pid = readPid(home, supervisorName);
  if (pid === null || pid === process.pid) return;
  throw new UserError(
    `The mesh in ${home.root} is running already (supervisor ${pid}).
  npm run mesh -- status   shows it
  npm run mesh -- down     stops it`,
  );
}

/** Clears what a supervisor that died left behind: its processes, pid files and marks. */
export async function clearRemains(home: Home): Promise<void> {
  const own = `${supervisorName}.pid`;
  const left = namesWithPid(home).filter(
    (name) => name !== supervisorName && readPid(home, name) !== null,
  );
  if (left.length > 0) say(`  ending what an earlier start left running: ${left.join(', ')}`);
  await endProcesses(home, left);
  const stale = readdirSync(home.run).filter((file) => file !== own);
  for (const file of stale) rmSync(join(home.run, file), { force: true });
}

/** Ends processes without their supervisor: what uses the databases first, the standby before the source. */
export async function endProcesses(home: Home, names: readonly string[]): Promise<void> {
  const servers = mysqlNames.toReversed().filter((name) => names.includes(name));
  const others = names.filter((name) => !servers.some((server) => server === name));
  await Promise.all(others.map((name) => endNamed(home, name)));
  for (const name of servers) await endNamed(home, name);
}

async function endNamed(home: Home, name: string): Promise<void> {
  const pid = readPid(home, name);
  if (pid !== null) await endProcess(pid, graceMs);
  removePid(home, name);
}
