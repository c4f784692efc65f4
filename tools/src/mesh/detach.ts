import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { z } from 'zod';
import { logFile, openLog } from './log-file.ts';
import { homeFromEnv } from './mesh.ts';
import { createHome, repository } from './paths.ts';
import { readPid } from './pid.ts';
import { lean } from './plan.ts';
import { buildSupervisor } from './programs.ts';
import { listenedVariable, say } from './say.ts';
import { untilStopSignal } from './stop-signal.ts';
import { supervisorName } from './supervisor-name.ts';

const messageSchema = z.union([
  z.object({ line: z.string() }),
  z.object({ ready: z.literal(true) }),
]);

/** Starts the supervisor in the background, and passes on what it says until everything is ready. */
export async function startDetached(options: readonly string[]): Promise<number> {
  const home = homeFromEnv();
  createHome(home);
  const running = readPid(home, supervisorName);
  if (running !== null) {
    say(`The mesh in ${home.root} is running already (supervisor ${running}).`);
    return 0;
  }

  const child = await spawnSupervisor(options, openLog(home, supervisorName));
  void untilStopSignal().then(() => child.kill('SIGTERM'));
  const isReady = await follow(child);
  if (isReady) {
    say(`\nIt runs in the background. Its log: ${logFile(home, supervisorName)}`);
    say('npm run mesh -- status | logs NAME | down');
    child.disconnect();
    child.unref();
  }
  return isReady ? 0 : 1;
}

/** As a bundle, because the loader of TypeScript would double the memory that it holds for good. */
async function spawnSupervisor(options: readonly string[], log: number): Promise<ChildProcess> {
  const program = await buildSupervisor();
  const child = spawn(process.execPath, [...lean, program, ...options], {
    cwd: repository,
    detached: true,
    env: { ...process.env, [listenedVariable]: '1' },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

function follow(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const parsed = messageSchema.parse(message);
      if ('line' in parsed) say(parsed.line);
      else resolve(true);
    });
    child.once('exit', () => resolve(false));
  });
}
