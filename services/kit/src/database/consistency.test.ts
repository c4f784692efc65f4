import { describe, expect, test } from '@jest/globals';
import { currentConsistency, runConsistently } from './consistency.ts';
import { parseGtidSet } from '../data-source/gtid.ts';
import { currentScope, noteCommitted } from '../data-source/scope.ts';

const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const wishes = {
  lane: 'interactive',
  consistency: null,
  deadlineAt: Date.now() + 10_000,
  signal: new AbortController().signal,
} as const;

const tokenOf = (gtids: string): string => Buffer.from(gtids).toString('base64url');

describe('runConsistently', () => {
  test('gives a token that covers what the request saw and what it wrote', () => {
    const consistency = runConsistently({ ...wishes, consistency: tokenOf(`${uuid}:1-5`) }, () => {
      noteCommitted(parseGtidSet(`${uuid}:6`));
      return currentConsistency();
    });

    expect(consistency).toEqual({ token: tokenOf(`${uuid}:6`), node: 'source', staleMs: 0 });
  });

  test('gives a token that stays short however often its caller writes beside others', () => {
    let token: string | null = null;
    for (let written = 1; written < 5000; written += 2) {
      token = runConsistently({ ...wishes, consistency: token }, () => {
        noteCommitted(parseGtidSet(`${uuid}:${written}`));
        return currentConsistency()?.token ?? null;
      });
    }
    expect(token).toBe(tokenOf(`${uuid}:4999`));
  });

  test('keeps two requests apart', async () => {
    const one = runConsistently(wishes, async () => {
      await Promise.resolve();
      noteCommitted(parseGtidSet(`${uuid}:1`));
      return currentConsistency()?.token;
    });
    const other = runConsistently(wishes, async () => currentConsistency()?.token);

    expect(await Promise.all([one, other])).toEqual([tokenOf(`${uuid}:1`), null]);
  });

  test('sends a report to the replica, as long as that is not far behind', () => {
    const scope = runConsistently({ ...wishes, lane: 'reporting' }, currentScope);

    expect(scope).toMatchObject({ preference: 'replica-first', maxStaleMs: 10_000 });
  });

  test.each(['', 'x', '%%%', tokenOf('drop table'), 'A'.repeat(5000)])(
    'refuses %p as a token',
    (consistency) => {
      const run = (): unknown => runConsistently({ ...wishes, consistency }, currentConsistency);

      expect(run).toThrow('The consistency token is not one that was given out');
    },
  );
});
