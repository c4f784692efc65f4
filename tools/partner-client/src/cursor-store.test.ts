import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileCursor } from './cursor-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'cursor-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('A cursor in a file', () => {
  test('is null before it is written, and then the last one, with no other file left', async () => {
    const store = fileCursor(join(folder, 'cursor'));
    expect(await store.read()).toBeNull();
    await store.write('a');
    await store.write('b');
    expect(await store.read()).toBe('b');
    expect(readdirSync(folder)).toEqual(['cursor']);
  });

  test('is refused when the file is empty: to begin anew is for somebody to decide', async () => {
    writeFileSync(join(folder, 'empty'), '\n');
    await expect(fileCursor(join(folder, 'empty')).read()).rejects.toThrow('delete it');
  });

  test('that cannot be written is told of', async () => {
    await expect(fileCursor(join(folder, 'none', 'cursor')).write('a')).rejects.toThrow('ENOENT');
  });
});
