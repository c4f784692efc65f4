import { describe, expect, test } from '@jest/globals';
import { HaError } from './errors.ts';
import { withRetry } from './retry.ts';
import { createScope, runInScope } from './scope.ts';
import { now } from './time.ts';

const lost = new HaError('HA_TX_ABORTED', 'its server was lost');

const failing = (): { readonly work: () => Promise<string>; readonly runs: () => number } => {
  let runs = 0;
  return {
    runs: () => runs,
    work: async () => {
      runs += 1;
      if (runs < 3) throw lost;
      return 'done';
    },
  };
};

describe('a unit of work that certainly did not commit', () => {
  test('is run again', async () => {
    const { work, runs } = failing();

    expect(await withRetry(work)).toBe('done');
    expect(runs()).toBe(3);
  });

  test('is given up while its request can still be told why', async () => {
    const { work, runs } = failing();
    const scope = createScope({ deadline: now() + 280 });

    await expect(runInScope(scope, () => withRetry(work))).rejects.toBe(lost);
    expect(runs()).toBe(1);
  });

  test('is not run again when its outcome is unknown', async () => {
    const unknown = new HaError('HA_OUTCOME_UNKNOWN', 'who knows', { outcome: 'unknown' });
    let runs = 0;
    const work = async (): Promise<never> => {
      runs += 1;
      throw unknown;
    };

    await expect(withRetry(work)).rejects.toBe(unknown);
    expect(runs).toBe(1);
  });
});
