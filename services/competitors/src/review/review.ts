import type { FieldProblem } from '@crm/kit/errors';
import { isId } from '@crm/kit/id';
import type { WinLossReview } from './review.fields.ts';

type Circumstances = {
  readonly outcome: WinLossReview['outcome'];
  /** That of the opportunity's amount, if it has one. */
  readonly currency: string | null;
  /** The competitors on the opportunity. */
  readonly competitorIds: ReadonlySet<string>;
  /** The one that is known to have won it. */
  readonly knownWinnerId: string | null;
  readonly today: string;
};

/** What is wrong with a review beside the form of its fields. */
export const reviewProblems = (
  { decisivePeople, priceGap, reviewedOn, reasons, winnerId }: WinLossReview,
  { outcome, currency, competitorIds, knownWinnerId, today }: Circumstances,
): FieldProblem[] => [
  ...winnerProblems(winnerId, { outcome, competitorIds, knownWinnerId }),
  ...(reasons.length === 0 ? [{ path: 'reasons', message: 'names one at least' }] : []),
  ...(priceGap && currency !== null && priceGap.currency !== currency
    ? [{ path: 'priceGap.currency', message: `must be ${currency}, that of the opportunity` }]
    : []),
  ...decisivePeople
    .filter((id) => !isId(id))
    .map((id) => ({ path: 'decisivePeople', message: `"${id}" is no id of a person` })),
  ...(reviewedOn > today ? [{ path: 'reviewedOn', message: 'is still to come' }] : []),
];

const problem = (message: string): FieldProblem[] => [{ path: 'winnerId', message }];

function winnerProblems(
  winnerId: string | null,
  {
    outcome,
    competitorIds,
    knownWinnerId,
  }: Pick<Circumstances, 'competitorIds' | 'knownWinnerId' | 'outcome'>,
): FieldProblem[] {
  if (winnerId === null) return [];
  if (outcome === 'WON') return problem('must be left out: we won it');
  if (!competitorIds.has(winnerId)) return problem('is no competitor on the opportunity');
  return knownWinnerId !== null && knownWinnerId !== winnerId
    ? problem('is not the one whose standing is WON')
    : [];
}
