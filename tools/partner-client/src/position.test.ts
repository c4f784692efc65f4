import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { memoryCursor, type CursorStore } from './cursor-store.ts';
import { openPosition } from './position.ts';

/** A store whose writes end when told. */
function slowStore(): CursorStore & { readonly written: string[]; readonly finish: () => void } {
  const written: string[] = [];
  let end: (() => void) | undefined;
  return {
    written,
    finish: () => end?.(),
    read: async () => null,
    write: async (cursor) => {
      written.push(cursor);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    },
  };
}

describe('A position', () => {
  test('begins where the store says', async () => {
    expect((await openPosition(memoryCursor('a'))).cursor()).toBe('a');
    expect((await openPosition(memoryCursor())).cursor()).toBeNull();
  });

  test('writes one cursor at a time, and only the newest of those that came meanwhile', async () => {
    const store = slowStore();
    const position = await openPosition(store);
    for (const cursor of ['a', 'b', 'c']) position.moveTo(cursor);
    expect(position.cursor()).toBe('c');
    expect(store.written).toEqual(['a']);
    store.finish();
    await turn();
    expect(store.written).toEqual(['a', 'c']);
  });

  test('is stored only when the last cursor is', async () => {
    const store = slowStore();
    const position = await openPosition(store);
    position.moveTo('a');
    position.moveTo('b');
    let isStored = false;
    const stored = position.stored().then(() => {
      isStored = true;
    });
    store.finish();
    await turn();
    expect(isStored).toBe(false);
    store.finish();
    await stored;
    expect(store.written).toEqual(['a', 'b']);
  });

  test('tells of a cursor that could not be stored at the next move', async () => {
    const position = await openPosition({
      read: async () => null,
      write: () => Promise.reject(new Error('disk full')),
    });
    position.moveTo('a');
    await turn();
    expect(() => position.moveTo('b')).toThrow('disk full');
    await expect(position.stored()).rejects.toThrow('disk full');
  });
});
