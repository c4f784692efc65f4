import type { FieldProblem } from '@crm/kit/errors';
import { toCents } from '../money.ts';
import type { Opportunity } from './opportunity.fields.ts';
import type { OpportunityStage } from './stage.fields.ts';

export type Outcome = OpportunityStage['outcome'];

const probabilityOf: Readonly<Partial<Record<Outcome, number>>> = {
  WON: 100,
  LOST: 0,
  ABANDONED: 0,
};

/** What is wrong with a stage by itself. */
export function stageProblems({
  code,
  outcome,
  probability,
}: Pick<OpportunityStage, 'code' | 'outcome' | 'probability'>): FieldProblem[] {
  const expected = probabilityOf[outcome];
  return [
    ...(/^\w{1,64}$/.test(code)
      ? []
      : [{ path: 'code', message: 'takes letters, digits and underscores, at most 64' }]),
    ...probabilityProblems(probability),
    ...(expected !== undefined && probability !== expected
      ? [{ path: 'probability', message: `must be ${expected} for ${outcome}` }]
      : []),
  ];
}

const probabilityProblems = (probability: number | null): FieldProblem[] =>
  probability !== null && (probability < 0 || probability > 100)
    ? [{ path: 'probability', message: 'must be from 0 to 100' }]
    : [];

/** The stage of a new opportunity: the one that is named, else the first. */
export const stageNamed = (
  stages: readonly OpportunityStage[],
  code: string | null,
): OpportunityStage | undefined => {
  const open = stages.filter(({ active, outcome }) => active && outcome === 'OPEN');
  return code === null ? open[0] : open.find((stage) => stage.code === code);
};

/** The stage in which an opportunity ends with an outcome. */
export const stageOf = (
  stages: readonly OpportunityStage[],
  outcome: Outcome,
): OpportunityStage | undefined =>
  stages.find((stage) => stage.active && stage.outcome === outcome);

/** What is wrong with an opportunity by itself. */
export const opportunityProblems = ({
  amount,
  probability,
}: Pick<Opportunity, 'amount' | 'probability'>): FieldProblem[] => [
  ...(amount && toCents(amount.amount) < 0n
    ? [{ path: 'amount.amount', message: 'must not be negative' }]
    : []),
  ...(amount && !/^[A-Z]{3}$/.test(amount.currency)
    ? [{ path: 'amount.currency', message: 'must be an ISO 4217 code, such as CNY' }]
    : []),
  ...probabilityProblems(probability),
];

type Closing = {
  readonly outcome: Exclude<Outcome, 'OPEN'>;
  readonly winReason?: string | null;
  readonly lossReason?: string | null;
  readonly note?: string | null;
};

/** What is missing to close an opportunity: it must be known later why it went so. */
export function closingProblems({ outcome, winReason, lossReason, note }: Closing): FieldProblem[] {
  const needs = (
    path: string,
    value: string | null | undefined,
    isNeeded: boolean,
  ): FieldProblem[] =>
    isNeeded && !value?.trim() ? [{ path, message: `is required for ${outcome}` }] : [];
  const excludes = (
    path: string,
    value: string | null | undefined,
    isFitting: boolean,
  ): FieldProblem[] =>
    value && !isFitting ? [{ path, message: `does not go with ${outcome}` }] : [];
  return [
    ...needs('lossReason', lossReason, outcome === 'LOST'),
    ...needs('note', note, outcome === 'ABANDONED'),
    ...excludes('winReason', winReason, outcome === 'WON'),
    ...excludes('lossReason', lossReason, outcome === 'LOST'),
  ];
}

const dayMs = 86_400_000;

/** Whole days. */
export const daysSince = (from: Date, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - from.getTime()) / dayMs));

type Ordered = { readonly customerId: string; readonly opportunityId?: string | null };

/** What is wrong with naming an opportunity in an order. Unknown ones are refused by the catalogue. */
export function orderProblems(
  { customerId, opportunityId }: Ordered,
  opportunities: ReadonlyMap<string, Pick<Opportunity, 'customerId' | 'status'>>,
): FieldProblem[] {
  const opportunity = opportunities.get(opportunityId ?? '');
  if (!opportunity) return [];
  const path = 'opportunityId';
  if (opportunity.customerId !== customerId) {
    return [{ path, message: 'is an opportunity of another customer' }];
  }
  const { status } = opportunity;
  return status === 'LOST' || status === 'ABANDONED'
    ? [{ path, message: `is ${status}: reopen it first` }]
    : [];
}
