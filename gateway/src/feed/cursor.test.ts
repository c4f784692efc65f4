import { describe, expect, test } from '@jest/globals';
import { createCursors, shortHash } from './cursor.ts';

const cursors = createCursors('a key of thirty-two characters or more');
const place = { stream: shortHash('stream'), filter: shortHash('filter'), seq: 2 ** 40 };

describe('A cursor', () => {
  test('is read by every gateway with the same key', () => {
    const other = createCursors('a key of thirty-two characters or more');
    expect(other.read(cursors.write(place), place.filter)).toEqual({
      stream: place.stream,
      seq: place.seq,
    });
  });

  test('is refused for another filter, from another key, and changed in any byte', () => {
    const cursor = cursors.write(place);
    const foreign = createCursors('another key of thirty-two characters').write(place);
    expect(() => cursors.read(cursor, shortHash('other'))).toThrow('belongs to another filter');
    expect(() => cursors.read(foreign, place.filter)).toThrow('none that this feed gave');
    const bytes = Buffer.from(cursor, 'base64url');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => cursors.read(changed.toString('base64url'), place.filter)).toThrow('none');
    }
  });

  test.each(['', 'x', 'A'.repeat(100), '中文'])('is refused when it is none: %j', (text) => {
    expect(() => cursors.read(text, place.filter)).toThrow('none that this feed gave');
  });
});
