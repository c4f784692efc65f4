import { expect, test } from '@jest/globals';
import type { SuppressionFacts } from '../suppression/suppression.ts';
import { outcomeOf, type Planned } from './planner.ts';

const now = new Date('2026-12-07T06:00:00Z');

const planned: Planned = {
  plan: {
    category: 'ROUTINE',
    channels: ['SMS'],
    leadDays: 0,
    mode: 'AUTOMATIC',
    purpose: 'CARE',
    sendWindow: null,
    templates: null,
    validFrom: null,
    validTo: null,
  },
  occasion: { id: 'new', kind: 'CUSTOM', leadDays: 0 },
  calendar: { days: new Map(), years: new Set() },
  now,
};

const policy = { category: null, onePerOccasion: false, quietHours: null, blackouts: null };

const facts: SuppressionFacts = {
  personId: 'p',
  isGone: false,
  contactPoints: [{ kind: 'MOBILE', value: '139', label: null, isPreferred: true }],
  preferredChannels: [],
  doNotContact: [],
  quietHours: null,
  consents: [
    { id: '1', purpose: 'CARE', channel: null, status: 'GRANTED', at: new Date('2026-01-01') },
  ],
  touches: [
    {
      taskId: 'other',
      at: new Date('2026-12-07T05:00:00Z'),
      category: 'ROUTINE',
      occasionId: 'other',
      occasionOn: '2026-12-07',
      aboutId: null,
    },
  ],
  policies: [{ ...policy, maxTouches: 1, periodDays: 7 }],
};

test('what was due this morning counts what was sent since', () => {
  const dueAt = new Date('2026-12-07T01:00:00Z');
  const draft = { taskId: null, occasionOn: '2026-12-07', aboutId: null, dueAt };
  expect(outcomeOf(planned, draft, facts)).toMatchObject({
    state: 'SUPPRESSED',
    reason: 'FATIGUE',
    dueAt,
  });
});
