import { describe, expect, test } from '@jest/globals';
import { isAtLeast, mysqlVersion, natsVersion } from './version.ts';

describe('the version of a program', () => {
  test.each([
    ['/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', [9, 7]],
    ['mysqld  Ver 8.4.6 for macos15 on arm64 (Homebrew)', [8, 4]],
    ['mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64', null],
    ['something else', null],
  ])('is read from "%s"', (printed, version) => {
    expect(mysqlVersion(printed)).toEqual(version);
  });

  test('is read from what nats-server prints', () => {
    expect(natsVersion('nats-server: v2.15.1')).toEqual([2, 15]);
  });

  test.each([
    [[8, 4], true],
    [[9, 0], true],
    [[8, 3], false],
    [[7, 9], false],
  ] as const)('%j is good enough for 8.4: %s', (version, enough) => {
    expect(isAtLeast(version, [8, 4])).toBe(enough);
  });
});
