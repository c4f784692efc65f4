import { existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './paths.ts';

const bytesMax = 10 * 1024 * 1024;

export const logFile = (home: Home, name: string): string => join(home.log, `${name}.log`);

/** Opens a log to be added to. One that has grown large is put aside first. */
export function openLog(home: Home, name: string): number {
  const file = logFile(home, name);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > bytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

/** The end of a log, for a message about a process that failed. */
export function lastLines(home: Home, name: string): string {
  const file = logFile(home, name);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return [`The end of ${file}:`, ...lines.slice(-15)].join('\n');
}
