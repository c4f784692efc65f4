import { hash } from 'node:crypto';
import { normalRegistrationNumber } from '../customer/registration-number.ts';
import { normalName, soundOf } from './company-name.ts';
import {
  duplicateFields,
  type DuplicateField,
  type DuplicateReaction,
} from './duplicate.fields.ts';

/** What two customers are compared by: those with an equal value in one field may be the same. */
export type DuplicateKey = { readonly field: DuplicateField; readonly value: string };

/** The fields of a customer, or of one to be, that it is recognised by. */
export type Recognisable = {
  readonly name?: string | null;
  readonly shortName?: string | null;
  readonly formerNames?: readonly string[] | null;
  readonly registrationNumber?: string | null;
  readonly website?: string | null;
  readonly phone?: string | null;
};

const valueMax = 200;

/** The keys of a customer, each once. */
export function keysOf(customer: Recognisable): DuplicateKey[] {
  const { name, shortName, formerNames, registrationNumber, website, phone } = customer;
  const names = [name, shortName, ...(formerNames ?? [])].map((each) => normalName(each ?? ''));
  const values: readonly (readonly [DuplicateField, readonly string[]])[] = [
    ['REGISTRATION_NUMBER', [normalRegistrationNumber(registrationNumber ?? '')]],
    ['NAME', names],
    ['PINYIN', names.map(soundOf)],
    ['WEBSITE', [hostOf(website ?? '')]],
    ['PHONE', phonesOf(phone ?? '')],
  ];
  return values.flatMap(([field, given]) =>
    [...new Set(given.map((value) => value.slice(0, valueMax)))]
      .filter((value) => value !== '')
      .map((value) => ({ field, value })),
  );
}

/**
 * What is kept of a key: enough of its hash that no two of them are taken for equal by chance, and
 * short, for a customer has six of them.
 */
export const printOf = ({ field, value }: DuplicateKey): Buffer =>
  hash('sha256', `${field} ${value}`, 'buffer').subarray(0, 8);

/** The host of a web address without `www.`; empty for what is none. */
export function hostOf(website: string): string {
  const address = website.normalize('NFKC').trim().toLowerCase();
  if (address === '') return '';
  const url = /^[a-z]+:\/\//.test(address) ? address : `https://${address}`;
  if (!URL.canParse(url)) return '';
  const host = new URL(url).hostname.replace(/^www\d?\./, '').replace(/\.$/, '');
  return host.includes('.') ? host : '';
}

const phoneDigitsMin = 7;

/** The numbers in a text as digits, without the country's and without extensions. */
export const phonesOf = (phone: string): string[] =>
  phone
    .normalize('NFKC')
    .split(/[/,;、；]/)
    .map((each) => each.replace(/(?:转|分机|ext|x|#).*$/iu, '').replaceAll(/\D/g, ''))
    .map((digits) => digits.replace(/^(?:00)?86(?=\d{9,})/, ''))
    .filter((digits) => digits.length >= phoneDigitsMin);

/** How much an equal value in a field says, from 0 to 100, and what becomes of a new customer. */
export type Evidence = {
  readonly field: DuplicateField;
  readonly weight: number;
  readonly onCreate: DuplicateReaction;
};

/** A customer that may be the same as another. */
export type DuplicateMatch = {
  readonly customerId: string;
  readonly teamId: string | null;
  /** Whether the viewer may read it. */
  readonly isVisible: boolean;
  readonly evidence: readonly Evidence[];
};

export const matchedFields = ({ evidence }: Pick<DuplicateMatch, 'evidence'>): DuplicateField[] =>
  evidence.map(({ field }) => field);

/** The names of fields as they are stored, without those that a later release knows. */
export const duplicateFieldsOf = (names: readonly string[]): DuplicateField[] =>
  duplicateFields.filter((field) => names.includes(field));

/** Each field once; names that are equal sound alike, which then tells nothing more. */
export function distinctEvidence(evidence: readonly Evidence[]): Evidence[] {
  const byField = new Map(evidence.map((each) => [each.field, each]));
  if (byField.has('NAME')) byField.delete('PINYIN');
  return [...byField.values()].toSorted((one, other) => other.weight - one.weight);
}

/** From 0 to 100. Each field leaves the doubt that it does not remove. */
export const scoreOf = ({ evidence }: Pick<DuplicateMatch, 'evidence'>): number =>
  Math.round(100 * (1 - evidence.reduce((doubt, { weight }) => doubt * (1 - weight / 100), 1)));

const byStrictness: readonly DuplicateReaction[] = ['REFUSE', 'CONFIRM', 'TELL'];

/** The strictest of what the matched fields ask for. */
export const reactionTo = (matches: readonly DuplicateMatch[]): DuplicateReaction =>
  byStrictness.find((reaction) =>
    matches.some(({ evidence }) => evidence.some(({ onCreate }) => onCreate === reaction)),
  ) ?? 'TELL';

const paths: Readonly<Record<DuplicateField, string>> = {
  REGISTRATION_NUMBER: 'registrationNumber',
  NAME: 'name',
  PINYIN: 'name',
  WEBSITE: 'website',
  PHONE: 'phone',
};

/** The inputs that are equal to those of a match and by which it counts. */
export const pathsOf = (
  matches: readonly DuplicateMatch[],
  reaction: DuplicateReaction,
): readonly string[] => [
  ...new Set(
    matches.flatMap(({ evidence }) =>
      evidence.filter(({ onCreate }) => onCreate === reaction).map(({ field }) => paths[field]),
    ),
  ),
];
