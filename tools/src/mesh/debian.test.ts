import { describe, expect, test } from '@jest/globals';
import { findMirror } from './debian.ts';

describe('the Debian mirror', () => {
  test('is that of the old one-line form', () => {
    expect(findMirror('deb http://mirror.example/debian bookworm main\n')).toBe(
      'http://mirror.example/debian',
    );
  });

  test('is that of the newer form', () => {
    expect(findMirror('Types: deb\nURIs: https://mirror.example/debian/\nSuites: sid\n')).toBe(
      'https://mirror.example/debian/',
    );
  });

  test('is neither a comment nor the mirror of security updates', () => {
    const sources = `# deb http://old.example/debian sid main
deb http://mirror.example/debian-security bookworm-security main
deb [signed-by=/usr/share/keyrings/x.gpg] http://mirror.example/debian bookworm main`;
    expect(findMirror(sources)).toBe('http://mirror.example/debian');
  });

  test('is unknown on another system', () => {
    expect(findMirror('deb http://archive.example/ubuntu noble main')).toBeNull();
  });
});
