import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { invalid } from '../errors.ts';
import { maskError, publicCodes } from './mask-errors.ts';

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

describe('maskError', () => {
  test('passes on what a caller can mend, with its details', () => {
    const error = invalid('Refused', [{ path: 'name', message: 'is required' }]);
    expect(maskError({ message: error.message }, error)).toEqual({
      message: 'Refused',
      extensions: { code: 'INVALID', fields: [{ path: 'name', message: 'is required' }] },
    });
  });

  test('tells nothing of any other error', () => {
    const cause = new Error("Table 'crm_customers.customer' doesn't exist");
    const error = new GraphQLError(cause.message, { originalError: cause });
    expect(maskError(error.toJSON(), error)).toEqual({
      message: 'Internal error',
      extensions: { code: 'INTERNAL' },
    });
  });
});

describe('The README', () => {
  test('explains every code, and no other', () => {
    const explained = [...readme.matchAll(/^\| `([A-Z_]+)` *\|/gm)].map(([, code]) => code);
    expect(new Set(explained)).toEqual(new Set(publicCodes));
  });
});
