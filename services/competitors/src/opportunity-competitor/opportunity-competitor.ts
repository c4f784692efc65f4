import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { OpportunityStatus } from '../opportunity/opportunity.ts';
import type { OpportunityCompetitor, Standing } from './opportunity-competitor.fields.ts';

type Checked = Pick<
  OpportunityCompetitor,
  'contactsCovered' | 'productIds' | 'quotedPrice' | 'since' | 'standing'
>;

type Circumstances = {
  readonly status: OpportunityStatus;
  /** Whether another competitor has won it. */
  readonly hasOtherWinner: boolean;
  /** Products that are named and are none of the competitor's. */
  readonly foreignProducts: ReadonlySet<string>;
  readonly today: string;
};

/** What is wrong with a competitor on an opportunity beside the form of its fields. */
export const opportunityCompetitorProblems = (
  { contactsCovered, productIds, quotedPrice, since, standing }: Checked,
  { status, hasOtherWinner, foreignProducts, today }: Circumstances,
): FieldProblem[] => [
  ...winnerProblems(standing, { status, hasOtherWinner }),
  ...(since > today ? [{ path: 'since', message: 'is still to come' }] : []),
  ...(quotedPrice && Number(quotedPrice.amount) < 0
    ? [{ path: 'quotedPrice.amount', message: 'must not be negative' }]
    : []),
  ...(quotedPrice && !/^[A-Z]{3}$/.test(quotedPrice.currency)
    ? [{ path: 'quotedPrice.currency', message: 'must be an ISO 4217 code, such as CNY' }]
    : []),
  ...productIds
    .filter((id) => !isId(id) || foreignProducts.has(id))
    .map((id) => ({ path: 'productIds', message: `"${id}" is no product of the competitor` })),
  ...contactsCovered
    .filter((id) => !isId(id))
    .map((id) => ({ path: 'contactsCovered', message: `"${id}" is no id of a person` })),
];

/** Only what we lost has another winner, and no more than one; it may stay unknown. */
function winnerProblems(
  standing: Standing,
  { status, hasOtherWinner }: Pick<Circumstances, 'hasOtherWinner' | 'status'>,
): FieldProblem[] {
  if (standing !== 'WON') return [];
  if (status !== 'LOST') {
    return [{ path: 'standing', message: `can't be WON: the opportunity is ${status}, not LOST` }];
  }
  return hasOtherWinner
    ? [{ path: 'standing', message: "can't be WON: another competitor has won it" }]
    : [];
}
