import { describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { createCursors, shortHash } from './cursor.ts';

const cursors = createCursors('a key of thirty-two characters or more');
const change = {
  stream: shortHash('stream'),
  filter: shortHash('filter'),
  seq: 2 ** 40,
  snapshot: null,
};
const record = { ...change, snapshot: { kind: 2, afterId: newId() } };

describe.each([
  ['after a change', change],
  ['in a snapshot', record],
])('A cursor %s', (_, place) => {
  test('is read by every gateway with the same key', () => {
    const other = createCursors('a key of thirty-two characters or more');
    const { filter, ...rest } = place;
    expect(other.read(cursors.write(place), filter)).toEqual(rest);
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
});

describe('A cursor', () => {
  test.each(['', 'x', 'A'.repeat(100), '中文'])('is refused when it is none: %j', (text) => {
    expect(() => cursors.read(text, change.filter)).toThrow('none that this feed gave');
  });
});
