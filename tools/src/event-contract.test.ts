import { describe, expect, test } from '@jest/globals';
import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';
import { contractFile, contractOf, contractProblems } from './event-contract.ts';

const shape = {
  id: z.uuid(),
  changed: z.array(z.object({ field: z.string() })),
  note: z.string().optional(),
};

const event = (fields: z.ZodRawShape) =>
  contractOf(defineEvent('customer.updated', z.object(fields)));

const released = event(shape);

describe('a released event', () => {
  test('is kept under its type and version', () => {
    expect(contractFile(released)).toBe('customer.updated.v1.json');
  });

  test('may gain an optional field, in any order of fields', () => {
    const current = event({ extra: z.string().optional(), ...shape });
    expect(contractProblems(released, current)).toEqual([]);
  });

  test.each([
    ['lose a field', event({ id: shape.id, changed: shape.changed })],
    ['gain a required field', event({ ...shape, extra: z.string() })],
    ['make a field optional', event({ ...shape, id: z.uuid().optional() })],
    ['change the type of a field', event({ ...shape, id: z.number() })],
    ['lose a field in a list', event({ ...shape, changed: z.array(z.object({})) })],
    ['widen a list of values', event({ ...shape, note: z.enum(['a', 'b']).optional() })],
  ])('must not %s', (_, current) => {
    expect(contractProblems(released, current)).not.toEqual([]);
  });

  test('must not become private', () => {
    const current = { ...released, visibility: 'private' };
    expect(contractProblems(released, current)).toEqual(['visibility was public and is private']);
  });

  test('names the field that is wrong', () => {
    const current = event({ ...shape, changed: z.array(z.object({ field: z.number() })) });
    expect(contractProblems(released, current)).toEqual([
      'data.changed[].field: type was "string" and is "number"',
    ]);
  });
});
