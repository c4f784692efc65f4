import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { Competitor } from './competitor.fields.ts';

type Checked = Pick<
  Competitor,
  'annualRevenue' | 'employees' | 'marketShare' | 'registeredCapital'
> &
  Partial<Pick<Competitor, 'contactIds'>>;

/** What is wrong with a competitor beside the form of its fields. */
export const competitorProblems = ({
  employees,
  marketShare,
  registeredCapital,
  annualRevenue,
  contactIds = [],
}: Checked): FieldProblem[] => [
  ...negative('employees', employees),
  ...negative('registeredCapital.amount', registeredCapital?.amount),
  ...negative('annualRevenue.amount', annualRevenue?.amount),
  ...negative('marketShare', marketShare),
  ...(Number(marketShare ?? 0) > 100
    ? [{ path: 'marketShare', message: 'is a percentage of at most 100' }]
    : []),
  ...contactIds
    .filter((id) => !isId(id))
    .map((id) => ({ path: 'contactIds', message: `"${id}" is no id of a person` })),
];

const negative = (path: string, value: number | string | null | undefined): FieldProblem[] =>
  Number(value ?? 0) < 0 ? [{ path, message: 'must not be negative' }] : [];

/** What full-text search looks in: every name that people may know the competitor by. */
export const searchTextOf = ({
  name,
  shortName,
  code,
  flagshipProducts,
}: Pick<Competitor, 'code' | 'flagshipProducts' | 'name' | 'shortName'>): string =>
  [name, shortName ?? '', code, ...flagshipProducts]
    .map((part) => part.normalize('NFKC').trim())
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 1000);
