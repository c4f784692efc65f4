import { describe, expect, test } from '@jest/globals';
import { parseRecord } from './record.ts';

const record = {
  version: 1,
  cluster: 'test',
  lineage: 'l-1',
  term: 3,
  writer: 'a',
  standby: ['b'],
  standbySince: { b: 1000 },
  phase: 'serving',
  was: null,
  members: {},
  writers: [],
};

describe('parseRecord', () => {
  test('reads a record', () => {
    expect(parseRecord(JSON.stringify(record), 'test')).toEqual(record);
  });

  test('refuses a record that a newer release wrote, whatever else it holds', () => {
    expect(() => parseRecord('{"version":2,"writers":["a","b"]}', 'test')).toThrow(
      'The term record has version 2, this release understands 1: upgrade this process first',
    );
  });

  test.each(['{}', '[]', JSON.stringify({ ...record, phase: 'odd' })])('refuses %p', (text) => {
    expect(() => parseRecord(text, 'test')).toThrow('Not a term record');
  });

  test('refuses a record of another cluster', () => {
    expect(() => parseRecord(JSON.stringify(record), 'sales')).toThrow(
      'The term record is that of cluster test, not sales',
    );
  });
});
