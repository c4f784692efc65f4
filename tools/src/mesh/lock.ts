import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './pid.ts';
import { UserError } from './say.ts';
import { until } from './wait.ts';

const waitMsMax = 600_000;

/** Runs alone among all processes that take the same lock. A holder that died is passed over. */
export async function withLock(folder: string, run: () => Promise<void>): Promise<void> {
  const taken = await until(() => take(folder), { forMs: waitMsMax, everyMs: 200 });
  if (!taken) throw new UserError(`Another process holds ${folder}. Remove it if none is at work.`);
  try {
    await run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder: string): boolean {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, 'pid'), String(process.pid));
    return true;
  } catch {
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned(folder: string): boolean {
  try {
    return !isRunning(Number(readFileSync(join(folder, 'pid'), 'utf8')));
  } catch {
    // Between the holder's two steps, or just released.
    return false;
  }
}
