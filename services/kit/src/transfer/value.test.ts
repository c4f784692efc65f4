import { describe, expect, test } from '@jest/globals';
import type { FieldMappingOptions } from './field-mapping.ts';
import { convert } from './value.ts';

const converted = (
  kind: string,
  text: string,
  field: Partial<FieldMappingOptions> = {},
): unknown => {
  const leaf = { kind, isList: false, values: ['MALE', 'FEMALE'] };
  const result = convert(text, { leaf, field: { column: 'c', ...field }, zone: 'Asia/Shanghai' });
  return 'value' in result ? result.value : result;
};

describe('a text of a file becomes', () => {
  test('a date, and no day that the calendar lacks', () => {
    expect(converted('Date', '31/12/1997', { date: 'dd/MM/yyyy' })).toBe('1997-12-31');
    expect(converted('Date', '1996-07-04 00:00:00.000')).toBe('1996-07-04');
    expect(converted('Date', '2026-02-30')).toMatchObject({
      problem: expect.stringContaining('is no date'),
    });
  });

  test('a time of the zone that the mapping names', () => {
    expect(converted('DateTime', '2026-11-24 09:30')).toBe('2026-11-24T01:30:00.000Z');
    expect(converted('DateTime', '2026-11-24T09:30:00Z')).toBe('2026-11-24T09:30:00.000Z');
  });

  test('a number without losing digits', () => {
    expect(converted('Decimal', '1,265,793.04', { number: '1,234.5' })).toBe('1265793.04');
    expect(converted('Decimal', '1.265.793,04', { number: '1.234,5' })).toBe('1265793.04');
    expect(converted('Decimal', '7.5%', { percent: true })).toBe('0.075');
    expect(converted('Decimal', '100', { percent: true })).toBe('1.00');
    expect(converted('Decimal', '1,5')).toEqual({ problem: 'is no number' });
    expect(converted('Int', '3.5')).toEqual({ problem: 'is no whole number' });
  });

  test('one of the values of an enum, whatever its case', () => {
    expect(converted('Enum', 'female')).toBe('FEMALE');
    expect(converted('Enum', '女')).toMatchObject({ problem: expect.stringContaining('FEMALE') });
  });

  test('nothing when it holds a NUL character', () => {
    expect(converted('String', 'a\0b')).toEqual({ problem: 'holds a NUL character' });
  });
});
