import { newId } from '@crm/kit/id';
import { expect, test } from '@jest/globals';
import { opportunityCompetitorProblems } from './opportunity-competitor.ts';

const row = {
  standing: 'ACTIVE',
  since: '2026-11-01',
  quotedPrice: null,
  productIds: [],
  contactsCovered: [],
} as const;
const circumstances = {
  status: 'OPEN',
  hasOtherWinner: false,
  foreignProducts: new Set<string>(),
  today: '2026-11-30',
} as const;
const foreign = newId();

test.each([
  ['nothing', {}, {}, []],
  ['a winner of what is open', { standing: 'WON' }, {}, ['standing']],
  ['a winner of what we won', { standing: 'WON' }, { status: 'WON' }, ['standing']],
  ['a winner of what was abandoned', { standing: 'WON' }, { status: 'ABANDONED' }, ['standing']],
  ['no winner of what we lost', { standing: 'LOST' }, { status: 'LOST' }, []],
  ['one winner of what we lost', { standing: 'WON' }, { status: 'LOST' }, []],
  ['a second winner', { standing: 'WON' }, { status: 'LOST', hasOtherWinner: true }, ['standing']],
  ['a day to come', { since: '2026-12-01' }, {}, ['since']],
  [
    'a negative price',
    { quotedPrice: { amount: '-1.00', currency: 'CNY' } },
    {},
    ['quotedPrice.amount'],
  ],
  [
    'a currency that is none',
    { quotedPrice: { amount: '1.00', currency: 'yuan' } },
    {},
    ['quotedPrice.currency'],
  ],
  ['a price in another currency', { quotedPrice: { amount: '1.00', currency: 'USD' } }, {}, []],
  [
    'a product of another competitor',
    { productIds: [foreign] },
    { foreignProducts: new Set([foreign]) },
    ['productIds'],
  ],
  ['people without ids', { contactsCovered: ['李雷'] }, {}, ['contactsCovered']],
] as const)('%s', (_, changes, other, paths) => {
  const problems = opportunityCompetitorProblems(
    { ...row, ...changes },
    { ...circumstances, ...other },
  );
  expect(problems.map(({ path }) => path)).toEqual(paths);
});
