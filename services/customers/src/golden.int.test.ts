import { unappliedGolden } from '@crm/kit/testing/golden';
import { expect, test } from '@jest/globals';
import { consumers } from './consumers.ts';
import { migrations } from './migrations/index.ts';

test('every event that was ever released, and that is listened to, can still be applied', async () => {
  const golden = new URL('../../../schemas/events/golden/', import.meta.url);
  const { applied, problems } = await unappliedGolden({ consumers, migrations, golden });
  expect(problems).toEqual([]);
  expect(applied.length).toBeGreaterThan(0);
});
