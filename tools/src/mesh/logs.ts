import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { logFile } from './log-file.ts';
import type { Home } from './paths.ts';
import { UserError } from './say.ts';
import { sleep } from './wait.ts';

const linesShown = 100;
const pollMs = 200;

/** Prints the end of a log; with `follow`, also what is added, until Ctrl-C. */
export async function showLog(home: Home, name: string, follow: boolean): Promise<void> {
  const file = logFile(home, name);
  if (!existsSync(file)) throw new UserError(`There is no log ${file}`);
  const text = readFileSync(file);
  const lines = text.toString('utf8').trimEnd().split('\n');
  process.stdout.write(`${lines.slice(-linesShown).join('\n')}\n`);

  if (follow) await followLog(file, text.byteLength);
}

async function followLog(file: string, from: number): Promise<void> {
  let position = from;
  for (;;) {
    await sleep(pollMs);
    // A log that was put aside begins anew.
    if (statSync(file).size < position) position = 0;
    position += printFrom(file, position);
  }
}

function printFrom(file: string, position: number): number {
  const buffer = Buffer.alloc(64 * 1024);
  const descriptor = openSync(file, 'r');
  const length = readSync(descriptor, buffer, { position });
  closeSync(descriptor);
  process.stdout.write(buffer.subarray(0, length));
  return length;
}
