import type { FieldProblem } from '@crm/kit/errors';
import type { Blackout, FatiguePolicy } from './policy.fields.ts';

const codePattern = /^\w{1,64}$/;
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;
const touchesMax = 100;
const daysMax = 365;
const blackoutsMax = 100;

type Check = readonly [isBroken: boolean, path: string, message: string];

export function policyProblems(policy: FatiguePolicy): FieldProblem[] {
  const { code, maxTouches, periodDays } = policy;
  const checks: readonly Check[] = [
    [!codePattern.test(code), 'code', 'takes letters, digits and underscores, at most 64'],
    [(maxTouches === null) !== (periodDays === null), 'periodDays', 'goes with maxTouches'],
    [isOutside(maxTouches, touchesMax), 'maxTouches', `must be from 1 to ${touchesMax}`],
    [isOutside(periodDays, daysMax), 'periodDays', `must be from 1 to ${daysMax}`],
    ...quietChecks(policy),
    [(policy.blackouts ?? []).length > blackoutsMax, 'blackouts', `may hold ${blackoutsMax}`],
    ...(policy.blackouts ?? []).flatMap(blackoutChecks),
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

const isOutside = (value: number | null, max: number): boolean =>
  value !== null && (value < 1 || value > max);

function quietChecks({ quietHours }: FatiguePolicy): readonly Check[] {
  if (quietHours === null) return [];
  const { from, to, timeZone } = quietHours;
  return [
    [(from === null) !== (to === null), 'quietHours', 'need both ends'],
    [from !== null && !timeOfDay.test(from), 'quietHours.from', 'is no time of day such as 21:30'],
    [to !== null && !timeOfDay.test(to), 'quietHours.to', 'is no time of day such as 08:00'],
    [from !== null && from === to, 'quietHours.to', 'is where they begin'],
    [timeZone !== null && !isTimeZone(timeZone), 'quietHours.timeZone', 'is no IANA time zone'],
  ];
}

const blackoutChecks = ({ from, to, reason }: Blackout, at: number): readonly Check[] => [
  [from > to, `blackouts.${at}.to`, 'is before it begins'],
  [
    reason.trim() === '' || reason.length > 100,
    `blackouts.${at}.reason`,
    'has 1 to 100 characters',
  ],
];

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
