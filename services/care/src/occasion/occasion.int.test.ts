import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestResult } from '@crm/kit/testing/execute';
import { as } from '../testing/care.ts';
import { stillCare, type StillCare } from '../testing/still-care.ts';

let care: StillCare;

beforeAll(async () => {
  care = await stillCare(new Date('2026-11-30T02:00:00Z'));
});
afterAll(() => care.stop());

const SAVE = `mutation ($input: SaveOccasionInput!) { record: saveOccasion(input: $input) {
  code label category kind trigger leadDays active version nextDays
  dateRule { calendar month day weekday nth leapMonthRule missingDayRule } } }`;
const IMPORT = `mutation ($input: ImportHolidaysInput!) { importHolidays(input: $input) { on kind name } }`;

const code = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const pathsOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['fields'];

describe('occasions', () => {
  test('are there from the start, with the days on which they fall', async () => {
    const { data } = await care.execute(`{
      occasions(first: 50, orderBy: [{ field: "code" }]) { nodes { code label kind nextDays } } }`);
    const nodes: unknown = Reflect.get(Object(data?.['occasions']), 'nodes');
    expect(nodes).toEqual(
      expect.arrayContaining([
        {
          code: 'mid_autumn',
          label: '中秋节',
          kind: 'FESTIVAL',
          nextDays: ['2027-09-15', '2028-10-03', '2029-09-22'],
        },
        expect.objectContaining({
          code: 'new_years_eve',
          nextDays: ['2027-02-05', '2028-01-25', '2029-02-12'],
        }),
        expect.objectContaining({
          code: 'qingming',
          nextDays: ['2027-04-05', '2028-04-04', '2029-04-04'],
        }),
        expect.objectContaining({
          code: 'mothers_day',
          nextDays: ['2027-05-09', '2028-05-14', '2029-05-13'],
        }),
        expect.objectContaining({ code: 'birthday', kind: 'BIRTHDAY', nextDays: [] }),
      ]),
    );
    expect(nodes).toHaveLength(21);
  });

  test('are made and changed by their code', async () => {
    const input = {
      code: 'factory_day',
      labels: { zh: '厂庆', en: 'Factory day' },
      category: 'ROUTINE',
      kind: 'ANNIVERSARY',
      dateRule: { month: 2, day: 29 },
    };
    const made = await care.execute(SAVE, { input });
    expect(made.data?.['record']).toMatchObject({
      version: 1,
      leadDays: 0,
      active: true,
      nextDays: ['2027-02-28', '2028-02-29', '2029-02-28'],
      dateRule: { calendar: 'GREGORIAN', missingDayRule: 'LAST_DAY' },
    });
    const dateRule = { month: 2, day: 29, missingDayRule: 'NEXT_DAY' };
    const changed = await care.execute(SAVE, {
      input: { code: 'factory_day', dateRule, leadDays: 3 },
    });
    expect(changed.data?.['record']).toMatchObject({
      version: 2,
      label: '厂庆',
      leadDays: 3,
      nextDays: ['2027-03-01', '2028-02-29', '2029-03-01'],
    });
  });

  test('of a life have a trigger and no rule', async () => {
    const input = {
      code: 'promotion_of_partner',
      labels: { zh: '升迁', en: 'Promotion' },
      category: 'SPECIAL',
      kind: 'PROMOTION',
    };
    const made = await care.execute(SAVE, { input });
    expect(made.data?.['record']).toMatchObject({
      trigger: 'affiliation.promoted',
      dateRule: null,
    });
    const ruled = await care.execute(SAVE, { input: { ...input, dateRule: { month: 1, day: 1 } } });
    expect(pathsOf(ruled)).toMatchObject([{ path: 'dateRule' }]);
  });

  test('refuse what is no rule, naming the field', async () => {
    const input = {
      code: 'never',
      labels: { zh: '无', en: 'Never' },
      category: 'ROUTINE',
      kind: 'CUSTOM',
    };
    expect(code(await care.execute(SAVE, { input }))).toBe('INVALID');
    const impossible = { ...input, dateRule: { month: 2, day: 30 } };
    expect(pathsOf(await care.execute(SAVE, { input: impossible }))).toMatchObject([
      { path: 'dateRule.day' },
    ]);
  });

  test('are set up by administrators', async () => {
    const input = { code: 'new_year', leadDays: 1 };
    expect(code(await care.execute(SAVE, { input }, as('manager')))).toBe('FORBIDDEN');
  });
});

const yearOf = async (year: number): Promise<readonly unknown[]> => {
  const { data } = await care.execute(`{ holidays(year: ${year}) { on kind name } }`);
  const days: unknown = data?.['holidays'];
  return Array.isArray(days) ? days : [];
};

describe('holidays', () => {
  test('of 2026 are known, weekends that are worked too', async () => {
    const days = await yearOf(2026);
    expect(days).toHaveLength(39);
    expect(days).toContainEqual({ on: '2026-02-14', kind: 'WORKDAY', name: '春节' });
    expect(days).toContainEqual({ on: '2026-02-23', kind: 'HOLIDAY', name: '春节' });
  });

  test('are imported a year at a time, in the place of what was there', async () => {
    expect(await yearOf(2027)).toEqual([]);
    const days = [{ on: '2027-01-01', name: '元旦' }];
    await care.execute(IMPORT, { input: { year: 2027, days } });
    await care.execute(IMPORT, {
      input: { year: 2027, days: [...days, { on: '2027-01-03', name: '元旦', kind: 'WORKDAY' }] },
    });
    expect(await yearOf(2027)).toEqual([
      { on: '2027-01-01', kind: 'HOLIDAY', name: '元旦' },
      { on: '2027-01-03', kind: 'WORKDAY', name: '元旦' },
    ]);
  });

  test('refuse days of another year, named twice, or none', async () => {
    const days = [
      { on: '2028-01-01', name: '元旦' },
      { on: '2028-01-01', name: '元旦' },
      { on: '2027-01-01', name: ' ' },
    ];
    const refusal = await care.execute(IMPORT, { input: { year: 2028, days } });
    expect(pathsOf(refusal)).toMatchObject([
      { path: 'days.1.on' },
      { path: 'days.2.on' },
      { path: 'days.2.name' },
    ]);
    const empty = await care.execute(IMPORT, { input: { year: 2028, days: [] } });
    expect(code(empty)).toBe('INVALID');
    const rep = await care.execute(IMPORT, { input: { year: 2028, days } }, as('rep'));
    expect(code(rep)).toBe('FORBIDDEN');
  });
});
