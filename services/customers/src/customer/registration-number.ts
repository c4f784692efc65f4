import type { FieldProblem } from '@crm/kit/errors';

export type RegistrationNumberKind = 'BUSINESS_LICENCE' | 'OTHER' | 'UNIFIED_SOCIAL_CREDIT_CODE';

/** GB 32100: 18 characters without I, O, S, V and Z, which look like digits or each other. */
const creditCode = /^[0-9A-HJ-NP-RTUW-Y]{18}$/;

/** 18 characters that begin as such a code does: authority, kind of organisation, and a place. */
const meantAsCreditCode = /^[1-9A-GY][1-9]\d{6}[0-9A-Z]{10}$/;

const creditCodeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCodeWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** As it is kept: neither full-width nor small letters, and nothing between the characters. */
export const normalRegistrationNumber = (number: string): string =>
  number
    .normalize('NFKC')
    .replaceAll(/[\s\u200B-\u200D\uFEFF-]/g, '')
    .toUpperCase();

export function registrationNumberKind(number: string | null): RegistrationNumberKind | null {
  if (number === null) return null;
  if (creditCode.test(number)) return 'UNIFIED_SOCIAL_CREDIT_CODE';
  return /^\d{15}$/.test(number) ? 'BUSINESS_LICENCE' : 'OTHER';
}

/** The last character of a unified social credit code, as GB 32100-2015 computes it. */
function creditCodeCheck(number: string): string {
  const sum = creditCodeWeights.reduce(
    (total, weight, at) => total + weight * creditCodeAlphabet.indexOf(number.charAt(at)),
    0,
  );
  return creditCodeAlphabet.charAt((31 - (sum % 31)) % 31);
}

/** What is wrong with a number that is a unified social credit code, or was meant as one. */
export function registrationNumberProblems(number: string | null): FieldProblem[] {
  const message = number === null ? null : problemOf(number);
  return message === null ? [] : [{ path: 'registrationNumber', message }];
}

function problemOf(number: string): string | null {
  if (!creditCode.test(number)) {
    return meantAsCreditCode.test(number)
      ? 'is no unified social credit code: these hold no I, O, S, V or Z'
      : null;
  }
  const check = creditCodeCheck(number);
  return number.endsWith(check) ? null : `must end in ${check}: its check character is wrong`;
}
