import { migration } from '@crm/kit/database/migration';

type Rule = Readonly<Record<string, number | string | boolean>>;
type Seed = readonly [code: string, zh: string, en: string, rule: Rule | null];

const lunar = (month: number, day: number): Rule => ({ calendar: 'CHINESE_LUNAR', month, day });
const day = (month: number, dayOfMonth: number): Rule => ({ month, day: dayOfMonth });

const festivals: readonly Seed[] = [
  ['new_year', '元旦', "New Year's Day", day(1, 1)],
  [
    'new_years_eve',
    '除夕',
    "Chinese New Year's Eve",
    { calendar: 'CHINESE_LUNAR', month: 12, isLastDay: true },
  ],
  ['spring_festival', '春节', 'Spring Festival', lunar(1, 1)],
  ['lantern', '元宵节', 'Lantern Festival', lunar(1, 15)],
  ['womens_day', '妇女节', "Women's Day", day(3, 8)],
  ['qingming', '清明节', 'Qingming', { solarTerm: 'QINGMING' }],
  ['labour_day', '劳动节', 'Labour Day', day(5, 1)],
  ['mothers_day', '母亲节', "Mother's Day", { month: 5, weekday: 7, nth: 2 }],
  ['dragon_boat', '端午节', 'Dragon Boat Festival', lunar(5, 5)],
  ['fathers_day', '父亲节', "Father's Day", { month: 6, weekday: 7, nth: 3 }],
  ['qixi', '七夕', 'Qixi', lunar(7, 7)],
  ['teachers_day', '教师节', "Teachers' Day", day(9, 10)],
  ['mid_autumn', '中秋节', 'Mid-Autumn Festival', lunar(8, 15)],
  ['national_day', '国庆节', 'National Day', day(10, 1)],
  ['double_ninth', '重阳节', 'Double Ninth Festival', lunar(9, 9)],
  ['thanksgiving', '感恩节', 'Thanksgiving', { month: 11, weekday: 4, nth: 4 }],
  ['winter_solstice', '冬至', 'Winter Solstice', { solarTerm: 'DONGZHI' }],
  ['christmas', '圣诞节', 'Christmas', day(12, 25)],
];

const lives: readonly (readonly [...Seed, kind: string])[] = [
  ['birthday', '生日', 'Birthday', null, 'BIRTHDAY'],
  ['promotion', '升迁', 'Promotion', null, 'PROMOTION'],
  ['family_birthday', '家属生日', 'Birthday in the family', null, 'FAMILY'],
];

const plain: Rule | { readonly [name: string]: null } = {
  calendar: 'GREGORIAN',
  isLastDay: false,
  leapMonthRule: 'REGULAR_MONTH',
  missingDayRule: 'LAST_DAY',
};
const unset = { year: null, month: null, day: null, weekday: null, nth: null, solarTerm: null };

const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
const ruleOf = (rule: Rule | null): string =>
  rule === null ? 'NULL' : quoted({ ...unset, ...plain, ...rule });

type Kind = { readonly category: string; readonly kind: string; readonly trigger: string };

const rowOf = ([code, zh, en, rule]: Seed, { category, kind, trigger }: Kind, at: number): string =>
  `(UNHEX('019e0a00000070008000${String(at + 1).padStart(12, '0')}'), 1, UTC_TIMESTAMP(3),
    UTC_TIMESTAMP(3), '${code}', ${quoted({ zh, en })}, '${category}', '${kind}', ${ruleOf(rule)},
    ${trigger}, 0, 1)`;

const festival: Kind = { category: 'ROUTINE', kind: 'FESTIVAL', trigger: 'NULL' };

const rows = [
  ...festivals.map((seed, at) => rowOf(seed, festival, at)),
  ...lives.map(([code, zh, en, rule, kind], at) =>
    rowOf(
      [code, zh, en, rule],
      {
        category: 'SPECIAL',
        kind,
        trigger: kind === 'PROMOTION' ? "'affiliation.promoted'" : 'NULL',
      },
      festivals.length + at,
    ),
  ),
];

type Off = readonly [name: string, from: string, to: string, worked: readonly string[]];

/** As the State Council has announced them for the two years. */
const announced: readonly Off[] = [
  ['元旦', '2025-01-01', '2025-01-01', []],
  ['春节', '2025-01-28', '2025-02-04', ['2025-01-26', '2025-02-08']],
  ['清明节', '2025-04-04', '2025-04-06', []],
  ['劳动节', '2025-05-01', '2025-05-05', ['2025-04-27']],
  ['端午节', '2025-05-31', '2025-06-02', []],
  ['国庆节、中秋节', '2025-10-01', '2025-10-08', ['2025-09-28', '2025-10-11']],
  ['元旦', '2026-01-01', '2026-01-03', ['2026-01-04']],
  ['春节', '2026-02-15', '2026-02-23', ['2026-02-14', '2026-02-28']],
  ['清明节', '2026-04-04', '2026-04-06', []],
  ['劳动节', '2026-05-01', '2026-05-05', ['2026-05-09']],
  ['端午节', '2026-06-19', '2026-06-21', []],
  ['中秋节', '2026-09-25', '2026-09-27', []],
  ['国庆节', '2026-10-01', '2026-10-07', ['2026-09-20', '2026-10-10']],
];

const dayMs = 86_400_000;

const daysFrom = (from: string, to: string): readonly string[] =>
  Array.from({ length: (Date.parse(to) - Date.parse(from)) / dayMs + 1 }, (_, at) =>
    new Date(Date.parse(from) + at * dayMs).toISOString().slice(0, 10),
  );

const days = announced.flatMap(([name, from, to, worked]) => [
  ...daysFrom(from, to).map((on) => `('${on}', 'HOLIDAY', '${name}')`),
  ...worked.map((on) => `('${on}', 'WORKDAY', '${name}')`),
]);

export const seedOccasions = migration('SeedOccasions_1796060210000', {
  up: [
    `INSERT INTO occasion (id, version, createdAt, updatedAt, code, labels, category, kind, dateRule,
      \`trigger\`, leadDays, active) VALUES ${rows.join(', ')}`,
    `INSERT INTO holiday (day, kind, name) VALUES ${days.join(', ')}`,
    'INSERT INTO holidayYear (year) VALUES (2025), (2026)',
  ],
  down: ['DELETE FROM holidayYear', 'DELETE FROM holiday', 'DELETE FROM occasion'],
});
