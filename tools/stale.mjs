import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether anything in some folders is newer than the moment that `markFresh` left in a file.
 * @param {string} stamp
 * @param {readonly string[]} folders
 * @returns {boolean}
 */
export function isStale(stamp, folders) {
  const markedAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return folders.some((folder) => newestIn(folder) > markedAt);
}

/**
 * Says that what was made of the folders is as new as they were at `startedAt`.
 * @param {string} stamp
 * @param {Date} startedAt
 * @returns {void}
 */
export function markFresh(stamp, startedAt) {
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}

/** A folder is newer, too, when a file was added, removed or renamed. */
function newestIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs;
    })
    .reduce((a, b) => Math.max(a, b), statSync(folder).mtimeMs);
}

const ignored = new Set(['node_modules', 'dist', '.nx']);
