import { expect, test } from '@jest/globals';
import { campaignResults, nothingCounted } from './campaign-results.ts';

test('the figures of a campaign count whoever replied as reached, and what bounced as sent', () => {
  const results = campaignResults({
    tasks: [
      { state: 'SCHEDULED', reason: null, count: 3 },
      { state: 'SENT', reason: null, count: 6 },
      { state: 'FAILED', reason: 'NO_SUCH_ADDRESS', count: 2 },
      { state: 'SUPPRESSED', reason: 'NO_CONSENT', count: 4 },
      { state: 'EXCLUDED', reason: 'EXCLUDED_BY_HAND', count: 1 },
      { state: 'DONE', reason: null, count: 1 },
    ],
    deliveries: [
      { status: 'ACCEPTED', count: 2 },
      { status: 'DELIVERED', count: 3 },
      { status: 'REPLIED', count: 1 },
      { status: 'BOUNCED', count: 1 },
      { status: 'UNKNOWN', count: 1 },
    ],
    unsubscribed: 1,
    answered: 2,
  });
  expect(results).toEqual({
    members: 17,
    waiting: 3,
    suppressed: 5,
    suppressedBy: [{ reason: 'NO_CONSENT', count: 4 }],
    sent: 7,
    delivered: 4,
    bounced: 1,
    failed: 0,
    unknown: 1,
    replied: 1,
    unsubscribed: 1,
    answered: 2,
    done: 1,
  });
  expect(campaignResults(nothingCounted)).toMatchObject({ members: 0, sent: 0, suppressedBy: [] });
});
