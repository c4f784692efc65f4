import { expect, test } from '@jest/globals';
import { createSeenEvents } from './seen-events.ts';

test('The newest events are remembered, and no more', () => {
  const seen = createSeenEvents(2);
  expect(['a', 'b', 'a', 'c', 'b', 'a'].map((id) => seen.add(id))).toEqual([
    true,
    true,
    false,
    true,
    false,
    true,
  ]);
});
