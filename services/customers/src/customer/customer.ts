import type { FieldProblem } from '@crm/kit/errors';
import type { Customer } from './customer.fields.ts';

export type RegistrationNumberKind = 'BUSINESS_LICENCE' | 'OTHER' | 'UNIFIED_SOCIAL_CREDIT_CODE';

/** GB 32100: 18 characters without I, O, S, V and Z, which look like digits or each other. */
const creditCode = /^[0-9A-HJ-NP-RTUW-Y]{18}$/;
const creditCodeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCodeWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

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

/** What is wrong with a customer whatever its fields are one by one. */
export function customerProblems(
  customer: Pick<Customer, 'headcount' | 'registrationNumber'>,
): FieldProblem[] {
  return [...headcountProblems(customer.headcount), ...numberProblems(customer.registrationNumber)];
}

function numberProblems(number: string | null): FieldProblem[] {
  if (registrationNumberKind(number) !== 'UNIFIED_SOCIAL_CREDIT_CODE' || number === null) return [];
  const check = creditCodeCheck(number);
  return number.endsWith(check)
    ? []
    : [
        {
          path: 'registrationNumber',
          message: `must end in ${check}: its check character is wrong`,
        },
      ];
}

function headcountProblems(headcount: Customer['headcount']): FieldProblem[] {
  if (headcount === null) return [];
  const { male, female, total, seniorTitle, intermediateTitle } = headcount;
  const negative = Object.entries(headcount)
    .filter(([, count]) => count !== null && count < 0)
    .map(([name]) => ({ path: `headcount.${name}`, message: 'must not be negative' }));
  if (negative.length > 0 || total === null) return negative;
  return [
    ...tooMany(
      'headcount.total',
      'is less than male and female together',
      (male ?? 0) + (female ?? 0) > total,
    ),
    ...tooMany(
      'headcount.seniorTitle',
      'and intermediate titles together are more than the total',
      (seniorTitle ?? 0) + (intermediateTitle ?? 0) > total,
    ),
  ];
}

const tooMany = (path: string, message: string, isTooMany: boolean): FieldProblem[] =>
  isTooMany ? [{ path, message }] : [];

/** Words that say what kind of company it is, and so tell companies not apart. */
const companyWords =
  /(股份有限公司|有限责任公司|有限公司|集团|公司|\b(co|inc|ltd|llc|gmbh|corp)\b\.?,?)/giu;

/** What full-text search looks in: the names without company words, and the code. */
export const searchTextOf = (
  customer: Pick<Customer, 'code' | 'formerNames' | 'name' | 'shortName'>,
): string =>
  [customer.name, customer.shortName ?? '', ...customer.formerNames]
    .map((name) => name.normalize('NFKC').replaceAll(companyWords, ' ').trim())
    .concat(customer.code)
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 1000);
