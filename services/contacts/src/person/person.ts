import type { FieldProblem } from '@crm/kit/errors';
import {
  ageOn,
  birthdayProblems,
  dayOfAge,
  type CalendarDate,
} from '@crm/kit/calendar/calendar-date';
import { contactPointProblems } from './contact-point.ts';
import type { Person } from './person.fields.ts';

/** The birthday as one value, or null when it is not known. */
export function birthdayOf({ birthday }: Pick<Person, 'birthday'>): CalendarDate | null {
  if (birthday === null) return null;
  const { calendar, year, month, day, leapMonth } = birthday;
  if (calendar === null || month === null || day === null) return null;
  return { calendar, year, month, day, leapMonth: leapMonth ?? false };
}

export function ageOfPerson(person: Pick<Person, 'birthday'>, day: string): number | null {
  const birthday = birthdayOf(person);
  return birthday === null ? null : ageOn(birthday, day);
}

type BirthdayInput = Omit<CalendarDate, 'year'> & { readonly year?: number | null };

/** A birthday is given as a whole: a year that is left out is not known. */
export const wholeBirthday = (input: BirthdayInput | null): CalendarDate | null =>
  input === null ? null : { ...input, year: input.year ?? null };

type Checked = Pick<
  Person,
  'birthday' | 'contactPoints' | 'externalRef' | 'guardianConsent' | 'source'
>;

/** What is wrong with a person whatever the fields are one by one. */
export function personProblems(person: Checked, today: string): FieldProblem[] {
  const birthday = birthdayOf(person);
  return [
    ...(birthday === null ? [] : birthdayProblems(birthday, today)),
    ...contactPointProblems(person.contactPoints),
    ...consentProblems(person, today),
    ...(person.externalRef !== null && person.source === null
      ? [{ path: 'source', message: 'is required beside an external reference' }]
      : []),
  ];
}

const isConsentGiven = ({ guardianConsent: consent }: Checked): boolean =>
  consent !== null && consent.givenOn !== null && consent.givenBy !== null;

/** Nothing is kept of a child without the consent of a guardian. */
function consentProblems(person: Checked, today: string): FieldProblem[] {
  const givenOn = person.guardianConsent?.givenOn ?? null;
  if (givenOn !== null && givenOn > today) {
    return [{ path: 'guardianConsent.givenOn', message: 'must not be in the future' }];
  }
  if (isConsentGiven(person) || !isMinor(birthdayOf(person), today)) return [];
  const message = `is needed for a person under ${minorAge}: say who gave it, and when`;
  return [{ path: 'guardianConsent', message }];
}

/** What full-text search looks in: name, code and how to reach the person, but not a child. */
export const searchTextOf = (person: Pick<Person, 'code' | 'contactPoints' | 'name'>): string =>
  [
    person.name.normalize('NFKC').trim(),
    person.code,
    ...(person.contactPoints ?? []).map(({ value }) => value.replaceAll(/[\s()-]/g, '')),
  ]
    .join(' ')
    .slice(0, 2000);

/** Younger than this, whatever a person's data is counts as a child's. */
const minorAge = 14;

export const isMinor = (birthday: CalendarDate | null, today: string): boolean =>
  birthday !== null &&
  birthdayProblems(birthday, today).length === 0 &&
  (ageOn(birthday, today) ?? minorAge) < minorAge;

/** The day from which a child is none any more; null for everybody else. */
export function minorUntilOf({ birthday }: Pick<Person, 'birthday'>, today: string): string | null {
  const born = birthdayOf({ birthday });
  return born !== null && isMinor(born, today) ? dayOfAge(born, minorAge) : null;
}
