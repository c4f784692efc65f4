import { describe, expect, test } from '@jest/globals';
import { FollowError } from './follow-error.ts';
import { endingOf } from './interruption.ts';

describe('What ends a connection', () => {
  test.each([
    [1012, 'restart'],
    [1013, 'busy'],
    [4401, 'token'],
    [4403, 'token'],
    [4429, 'tooMany'],
    [1006, 'lost'],
    [4408, 'lost'],
  ])('with %i is an interruption of the kind %s', (code, kind) => {
    expect(endingOf({ code, reason: 'Because' })).toMatchObject({
      kind,
      message: `Because (${code})`,
    });
  });

  test('before it began says what the network said', () => {
    expect(endingOf({ message: 'connect ECONNREFUSED' })).toMatchObject({
      kind: 'lost',
      message: 'connect ECONNREFUSED',
    });
  });

  test.each([
    ['SERVICE_UNAVAILABLE', 'busy'],
    ['TIMEOUT', 'busy'],
    ['INTERNAL', 'failed'],
    ['UNAUTHENTICATED', 'token'],
  ])('with the error %s passes', (code, kind) => {
    expect(endingOf([{ message: 'No', extensions: { code } }])).toMatchObject({ kind });
  });

  test.each(['BAD_REQUEST', 'INVALID', 'FORBIDDEN', 'TOO_COSTLY'])(
    'with the error %s does not pass',
    (code) => {
      const errors = [{ message: 'No', extensions: { code } }];
      expect(endingOf(errors)).toEqual(new FollowError('REFUSED', 'No', errors));
    },
  );
});
