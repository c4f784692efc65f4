import type { RequestContext } from '@crm/kit/context';
import { invalid } from '@crm/kit/errors';
import { rowMemory, runCommand, type Memory } from '@crm/kit/record/command';
import { allow } from '@crm/kit/record/policy';
import type { Rules } from '@crm/kit/record/record';
import { lockByCode, saveRecord } from '@crm/kit/record/save';
import { sweepAgain } from '../plan/plan.repository.ts';
import { OccasionEntity, type Occasion } from './occasion.fields.ts';
import { occasionProblems, triggerOf } from './occasion.ts';
import type { Holiday } from './holiday.ts';
import { findHolidays, replaceHolidays } from './holiday.repository.ts';

type Repeatable = { readonly clientMutationId?: string | null };

const rules: Rules<Occasion> = {
  defaults: () => ({ leadDays: 0, active: true }),
  derive: (occasion) => ({ trigger: triggerOf(occasion) }),
  check: occasionProblems,
};

const wholeRule = {
  year: null,
  month: null,
  day: null,
  isLastDay: false,
  weekday: null,
  nth: null,
  solarTerm: null,
} as const;

type OccasionInput = Repeatable & { readonly code: string; readonly dateRule?: object | null };

/** Makes an occasion, or changes the one that has this code. */
export const saveOccasion = (context: RequestContext, given: OccasionInput): Promise<Occasion> =>
  runCommand(
    context,
    { name: 'saveOccasion', input: given, memory: rowMemory(OccasionEntity) },
    async (work) => {
      allow(work.viewer, 'manage', 'occasions');
      const before = await lockByCode(work, OccasionEntity, given.code);
      const { dateRule } = given;
      const input = dateRule ? { ...given, dateRule: { ...wholeRule, ...dateRule } } : given;
      await sweepAgain(work);
      return saveRecord(work, OccasionEntity, { before, input, rules });
    },
  );

type HolidaysInput = Repeatable & { readonly year: number; readonly days: readonly Holiday[] };

const daysMax = 100;

const holidayMemory = ({ year }: HolidaysInput): Memory<readonly Holiday[]> => ({
  keep: () => null,
  recall: (manager) => findHolidays(manager, year),
});

/** Takes what is announced of a year in the place of what was there. */
export const importHolidays = (
  context: RequestContext,
  input: HolidaysInput,
): Promise<readonly Holiday[]> =>
  runCommand(
    context,
    { name: 'importHolidays', input, memory: holidayMemory(input) },
    async (work) => {
      allow(work.viewer, 'manage', 'holidays');
      const { year, days } = input;
      const problems = holidayProblems(input);
      if (problems.length > 0) throw invalid('The holidays were refused', problems);
      await replaceHolidays(work, year, days);
      await sweepAgain(work);
      return findHolidays(work.manager, year);
    },
  );

function holidayProblems({ year, days }: HolidaysInput) {
  if (days.length === 0 || days.length > daysMax) {
    return [{ path: 'days', message: `must hold 1 to ${daysMax} days` }];
  }
  const seen = new Set<string>();
  return days.flatMap(({ on, name }, at) => {
    const isTwice = seen.has(on);
    seen.add(on);
    const message = isTwice
      ? 'is named twice'
      : on.startsWith(`${year}-`)
        ? null
        : `must be a day of ${year}`;
    return [
      ...(message === null ? [] : [{ path: `days.${at}.on`, message }]),
      ...(name.trim() === '' || name.length > 100
        ? [{ path: `days.${at}.name`, message: 'must have 1 to 100 characters' }]
        : []),
    ];
  });
}
