import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { isRecord } from './is-record.ts';

/** Keeps where one follower stands. */
export type CursorStore = {
  /** Null when nothing was stored. */
  readonly read: () => Promise<string | null>;
  /** Called with one cursor at a time, and not for each change when changes come quickly. */
  readonly write: (cursor: string) => Promise<void>;
};

/** Forgotten with the process. Begins at `cursor`, where one is given. */
export function memoryCursor(cursor: string | null = null): CursorStore {
  let kept = cursor;
  return {
    read: async () => kept,
    write: async (next) => {
      kept = next;
    },
  };
}

/** One file for one follower. A crash leaves the cursor of before or the new one, never half of it. */
export const fileCursor = (path: string): CursorStore => ({
  read: async () => {
    const text = await readText(path);
    if (text === null) return null;
    const cursor = text.trim();
    if (cursor === '') throw new Error(`${path} holds no cursor; delete it to begin anew`);
    return cursor;
  },
  write: async (cursor) => {
    const work = `${path}.${randomUUID()}.tmp`;
    try {
      const file = await open(work, 'wx');
      await writeAll(file, `${cursor}\n`);
      await rename(work, path);
    } catch (error) {
      await rm(work, { force: true });
      throw error;
    }
  },
});

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isRecord(error) && error['code'] === 'ENOENT') return null;
    throw error;
  }
}

/** On the disk before the file takes its name. */
async function writeAll(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
