import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { CompetitorProduct } from './product.fields.ts';

/** What is wrong with a product of a competitor beside the form of its fields. */
export const productProblems = (
  { listPrice, rivalOf }: Pick<CompetitorProduct, 'listPrice' | 'rivalOf'>,
  unknown: ReadonlySet<string>,
): FieldProblem[] => [
  ...(Number(listPrice?.amount ?? 0) < 0
    ? [{ path: 'listPrice.amount', message: 'must not be negative' }]
    : []),
  ...rivalOf
    .filter((id) => !isId(id) || unknown.has(id))
    .map((id) => ({ path: 'rivalOf', message: `"${id}" is no product of ours` })),
];
