import { createHash } from 'node:crypto';
import { birthdayOf } from '../person/person.ts';
import type { Person } from '../person/person.fields.ts';

export const duplicateFields = ['NAME_AND_BIRTHDAY', 'MOBILE', 'EMAIL'] as const;

export type PersonDuplicateField = (typeof duplicateFields)[number];

/** What two people are compared by. The value is a hash: it is of use for nothing else. */
export type PersonKey = { readonly field: PersonDuplicateField; readonly value: Buffer };

/** The fields of a person, or of one to be, that it is recognised by. */
export type Recognisable = Pick<Person, 'birthday' | 'contactPoints' | 'name'>;

/** Raised when keys are made differently: the scan then makes everybody's anew. */
export const keyRules = 1;

export function keysOf(person: Recognisable): PersonKey[] {
  const ways = (kind: 'EMAIL' | 'MOBILE'): string[] =>
    (person.contactPoints ?? []).filter((each) => each.kind === kind).map(({ value }) => value);
  const values: readonly (readonly [PersonDuplicateField, readonly string[]])[] = [
    ['NAME_AND_BIRTHDAY', nameAndBirthday(person)],
    ['MOBILE', ways('MOBILE').map(normalMobile)],
    ['EMAIL', ways('EMAIL').map(normalEmail)],
  ];
  return values.flatMap(([field, given]) =>
    [...new Set(given)]
      .filter((value) => value !== '')
      .map((value) => ({ field, value: hash(value) })),
  );
}

/** Without the year too many people share a name and a day. */
function nameAndBirthday(person: Recognisable): string[] {
  const birthday = birthdayOf(person);
  if (birthday === null || birthday.year === null) return [];
  const { calendar, year, month, day, leapMonth } = birthday;
  return [JSON.stringify([normalName(person.name), calendar, year, month, day, leapMonth])];
}

const normalName = (name: string): string =>
  name
    .normalize('NFKC')
    .replaceAll(/[\s·.,'’-]/gu, '')
    .toLowerCase();

const mobileDigitsMin = 7;

/** As digits, without the country's code. */
function normalMobile(mobile: string): string {
  const digits = mobile
    .normalize('NFKC')
    .replaceAll(/\D/g, '')
    .replace(/^(?:00)?86(?=\d{9,})/, '');
  return digits.length >= mobileDigitsMin ? digits : '';
}

const normalEmail = (email: string): string => email.normalize('NFKC').trim().toLowerCase();

const hash = (value: string): Buffer => createHash('sha256').update(value).digest();

/** A person who may be the same as another. */
export type PersonDuplicate = {
  readonly personId: string;
  readonly teamId: string | null;
  /** Whether the viewer may read it. */
  readonly isVisible: boolean;
  readonly fields: readonly PersonDuplicateField[];
};

/** How much an equal value says, from 0 to 100: people share phones, but rarely name and birthday. */
const weights: Readonly<Record<PersonDuplicateField, number>> = {
  NAME_AND_BIRTHDAY: 90,
  MOBILE: 75,
  EMAIL: 75,
};

/** Each field leaves the doubt that it does not remove. */
export const scoreOf = ({ fields }: Pick<PersonDuplicate, 'fields'>): number =>
  Math.round(100 * (1 - fields.reduce((doubt, field) => doubt * (1 - weights[field] / 100), 1)));

/** From here on a new person must be meant to be another one. */
const scoreToConfirm = 90;

export const isLikely = (match: PersonDuplicate): boolean => scoreOf(match) >= scoreToConfirm;

export const byScore = (matches: readonly PersonDuplicate[]): PersonDuplicate[] =>
  matches.toSorted((one, other) => scoreOf(other) - scoreOf(one));
