import type { FieldProblem } from '@crm/kit/errors';
import { ageOn, birthdayProblems, type CalendarDate } from '../calendar/calendar-date.ts';
import { contactPointProblems } from './contact-point.ts';
import type { Person } from './person.fields.ts';

/** The birthday as one value, or null when it is not known. */
export function birthdayOf({ birthday }: Pick<Person, 'birthday'>): CalendarDate | null {
  if (birthday === null) return null;
  const { calendar, year, month, day, leapMonth } = birthday;
  if (calendar === null || month === null || day === null) return null;
  return { calendar, year, month, day, leapMonth: leapMonth ?? false };
}

type BirthdayInput = Omit<CalendarDate, 'year'> & { readonly year?: number | null };

/** A birthday is given as a whole: a year that is left out is not known. */
export const wholeBirthday = (input: BirthdayInput | null): CalendarDate | null =>
  input === null ? null : { ...input, year: input.year ?? null };

type Checked = Pick<Person, 'birthday' | 'contactPoints' | 'externalRef' | 'source'>;

/** What is wrong with a person whatever the fields are one by one. */
export function personProblems(person: Checked, today: string): FieldProblem[] {
  const birthday = birthdayOf(person);
  return [
    ...(birthday === null ? [] : birthdayProblems(birthday, today)),
    ...contactPointProblems(person.contactPoints),
    ...(person.externalRef !== null && person.source === null
      ? [{ path: 'source', message: 'is required beside an external reference' }]
      : []),
  ];
}

/** What full-text search looks in: name, code and how to reach the person. */
export const searchTextOf = (person: Pick<Person, 'code' | 'contactPoints' | 'name'>): string =>
  [
    person.name.normalize('NFKC').trim(),
    person.code,
    ...(person.contactPoints ?? []).map(({ value }) => value.replaceAll(/[\s()-]/g, '')),
  ]
    .join(' ')
    .slice(0, 2000);

/** Younger than this, whatever a person's data is counts as a child's. */
export const minorAge = 14;

export const isMinor = (birthday: CalendarDate | null, today: string): boolean =>
  birthday !== null && (ageOn(birthday, today) ?? minorAge) < minorAge;
