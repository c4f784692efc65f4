import type { FieldProblem } from '@crm/kit/errors';
import type { Customer } from './customer.fields.ts';
import { registrationNumberProblems } from './registration-number.ts';

/** What is wrong with a customer whatever its fields are one by one. */
export function customerProblems(
  customer: Pick<Customer, 'headcount' | 'registrationNumber'>,
): FieldProblem[] {
  return [
    ...headcountProblems(customer.headcount),
    ...registrationNumberProblems(customer.registrationNumber),
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
