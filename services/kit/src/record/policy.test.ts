import { describe, expect, test } from '@jest/globals';
import { testViewer } from '../testing/execute.ts';
import { scopeOf } from './policy.ts';

/** As a service sees one. */
const at = (service?: string) =>
  testViewer({ roles: ['care_agent'], ...(service !== undefined && { at: service }) });

describe('a care agent', () => {
  test('gives care to everybody, and changes nothing elsewhere', () => {
    expect(scopeOf(at('care'), 'write')).toBe('all');
    for (const service of [undefined, 'customers', 'contacts', 'analytics', 'competitors']) {
      expect(scopeOf(at(service), 'write')).toBe('none');
      expect(scopeOf(at(service), 'read')).toBe('all');
    }
  });

  test('sets nothing up', () => {
    expect(scopeOf(at('care'), 'manage')).toBe('none');
  });
});

test('another role is the same at every service', () => {
  const rep = testViewer({ roles: ['rep'] });
  expect(scopeOf({ ...rep, at: 'care' }, 'write')).toBe(scopeOf(rep, 'write'));
});
