import { rmSync, writeFileSync } from 'node:fs';
import { clearRemains } from './orphans.ts';
import type { Mesh } from './mesh.ts';
import type { Home } from './paths.ts';
import { isRunning, namesWithPid, readPid, removePid, signal } from './pid.ts';
import { say, UserError } from './say.ts';
import { isHealthy, namesOf } from './status.ts';
import { downFile } from './supervise.ts';
import { supervisorName } from './supervisor-name.ts';
import { sleep, until } from './wait.ts';

const downMsMax = 120_000;
const readyMsMax = 60_000;
const noticedAfterMs = 500;

/** Stops the whole mesh, in order, and returns when nothing of it is left. */
export async function down(home: Home): Promise<void> {
  const supervisor = readPid(home, supervisorName);
  if (supervisor !== null) {
    say(
      `Stopping ${home.root}: requests are answered to their end, then MySQL writes what it holds`,
    );
    signal(supervisor, 'SIGCONT');
    signal(supervisor, 'SIGTERM');
    const ended = await until(() => !isRunning(supervisor), { forMs: downMsMax });
    if (!ended) signal(supervisor, 'SIGKILL');
  }
  await clearRemains(home);
  // One that was killed leaves its file.
  if (readPid(home, supervisorName) === null) removePid(home, supervisorName);
  const left = namesWithPid(home);
  if (left.length > 0) throw new UserError(`These would not end: ${left.join(', ')}`);
  if (supervisor !== null) say('Stopped');
}

/** SIGKILL. It stays down until `start`; a process that dies by itself returns by itself. */
export function kill(mesh: Mesh, name: string): void {
  requireSupervisor(mesh);
  const pid = requirePid(mesh, name);
  writeFileSync(downFile(mesh.home, name), '');
  signal(pid, 'SIGKILL');
}

/** Returns when it is ready. One that runs already is left alone. */
export async function start(mesh: Mesh, name: string): Promise<void> {
  requireSupervisor(mesh);
  requireName(mesh, name);
  rmSync(downFile(mesh.home, name), { force: true });
  await requireHealthy(mesh, name);
}

export const pause = (mesh: Mesh, name: string): void => signal(requirePid(mesh, name), 'SIGSTOP');

export const resume = (mesh: Mesh, name: string): void => signal(requirePid(mesh, name), 'SIGCONT');

/** Restarts the instances of one application, each when the one before is ready again. */
export async function release(mesh: Mesh, name: string): Promise<void> {
  requireSupervisor(mesh);
  const instances = namesOf(mesh).filter((other) => other === name || isInstance(other, name));
  if (instances.length === 0) throw unknown(mesh, name);
  for (const instance of instances) {
    const pid = requirePid(mesh, instance);
    signal(pid, 'SIGTERM');
    await until(() => !isRunning(pid), { forMs: readyMsMax });
    await requireHealthy(mesh, instance);
    // The balancer, as every other one, learns of it a moment later.
    await sleep(noticedAfterMs);
    say(`  ${instance} is new`);
  }
}

const isInstance = (name: string, of: string): boolean =>
  name.startsWith(`${of}-`) && /^\d+$/.test(name.slice(of.length + 1));

async function requireHealthy(mesh: Mesh, name: string): Promise<void> {
  const ready = await until(() => isHealthy(mesh, name), { forMs: readyMsMax, everyMs: 100 });
  if (!ready) throw new UserError(`${name} is not ready: npm run mesh -- logs ${name}`);
}

function requirePid(mesh: Mesh, name: string): number {
  requireName(mesh, name);
  const pid = readPid(mesh.home, name);
  if (pid === null) throw new UserError(`${name} is not running.`);
  return pid;
}

function requireName(mesh: Mesh, name: string): void {
  if (!namesOf(mesh).includes(name)) throw unknown(mesh, name);
}

const unknown = (mesh: Mesh, name: string): UserError =>
  new UserError(`There is no process "${name}". There are: ${namesOf(mesh).join(', ')}`);

function requireSupervisor({ home }: Mesh): void {
  if (readPid(home, supervisorName) === null) {
    throw new UserError('The mesh is not running: npm start');
  }
}
