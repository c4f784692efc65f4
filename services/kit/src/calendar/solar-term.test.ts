import { expect, test } from '@jest/globals';
import { dayOfSolarTerm } from './solar-term.ts';

// As the Purple Mountain Observatory publishes them.
test.each([
  [2025, 'QINGMING', '2025-04-04'],
  [2026, 'QINGMING', '2026-04-05'],
  [2027, 'QINGMING', '2027-04-05'],
  [2028, 'QINGMING', '2028-04-04'],
  [2025, 'DONGZHI', '2025-12-21'],
  [2026, 'DONGZHI', '2026-12-22'],
  [2026, 'LICHUN', '2026-02-04'],
  [2025, 'LICHUN', '2025-02-03'],
] as const)('in %i %s is %s', (year, term, day) => {
  expect(dayOfSolarTerm(year, term)).toBe(day);
});
