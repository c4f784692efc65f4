import { describe, expect, test } from '@jest/globals';
import { chooseSource } from './mysql-pair.ts';

const a = { name: 'mysql-a', holdsAll: true, isStandby: false } as const;
const b = { name: 'mysql-b', holdsAll: true, isStandby: false } as const;

describe('the source', () => {
  test('is the first of two new servers', () => {
    expect(chooseSource([a, b])).toBe('mysql-a');
  });

  test('is the one that follows nobody when both hold the same', () => {
    expect(chooseSource([{ ...a, isStandby: true }, b])).toBe('mysql-b');
  });

  test('is the one that holds more, even when it was the standby', () => {
    expect(
      chooseSource([
        { ...a, holdsAll: false },
        { ...b, isStandby: true },
      ]),
    ).toBe('mysql-b');
  });

  test('is nobody when each holds something that the other lacks', () => {
    expect(
      chooseSource([
        { ...a, holdsAll: false },
        { ...b, holdsAll: false },
      ]),
    ).toBeNull();
  });
});
