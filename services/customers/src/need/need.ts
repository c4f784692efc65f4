import type { FieldProblem } from '@crm/kit/errors';
import { lengthOf } from '@crm/kit/text';
import type { Outcome } from '../opportunity/opportunity.ts';
import type { Need } from './need.fields.ts';

export type NeedStatus = Need['status'];

/** Where a person may take a need from each status; MATCHED is what its opportunity makes of it. */
const next: Readonly<Record<NeedStatus, readonly NeedStatus[]>> = {
  OPEN: ['CONFIRMED', 'FULFILLED', 'WITHDRAWN'],
  CONFIRMED: ['OPEN', 'FULFILLED', 'WITHDRAWN'],
  MATCHED: ['FULFILLED', 'WITHDRAWN'],
  FULFILLED: [],
  WITHDRAWN: ['OPEN'],
};

/** Why a need can't be taken from one status to another, or null when it can. */
export function refusedStep(from: NeedStatus, to: NeedStatus): string | null {
  if (next[from].includes(to)) return null;
  if (to === 'MATCHED') return 'A need is matched by converting it to an opportunity';
  return from === to ? `The need is ${to} already` : `A need that is ${from} does not become ${to}`;
}

/** A need that is withdrawn says why. */
export const stepProblems = (to: NeedStatus, reason: string | null | undefined): FieldProblem[] => {
  if (to === 'WITHDRAWN' && !reason?.trim()) return [{ path: 'reason', message: 'is required' }];
  return lengthOf(reason ?? '') > 1000
    ? [{ path: 'reason', message: 'may have at most 1000 characters' }]
    : [];
};

/** A need may become an opportunity while nobody has met it or given it up. */
export const isConvertible = ({ status }: Pick<Need, 'status'>): boolean =>
  status === 'OPEN' || status === 'CONFIRMED';

/** What becomes of a need when its opportunity is closed, or open again. */
export const statusAfter = (outcome: Outcome): NeedStatus => {
  if (outcome === 'OPEN') return 'MATCHED';
  return outcome === 'WON' ? 'FULFILLED' : 'CONFIRMED';
};

/** Whether a need still goes the way of its opportunity: it may have been met or given up since. */
export const follows = ({ status }: Pick<Need, 'status'>, outcome: Outcome): boolean =>
  status === 'MATCHED' || (outcome === 'OPEN' && status !== 'WITHDRAWN');

const isLive = (status: NeedStatus): boolean => status !== 'FULFILLED' && status !== 'WITHDRAWN';

/** A need that is met or given up is read, and no longer changed. */
export const isChangeable = ({ status }: Pick<Need, 'status'>): boolean => isLive(status);

/** What is wrong with a need by itself. */
export const needProblems = ({
  quantity,
  budget,
}: Pick<Need, 'budget' | 'quantity'>): FieldProblem[] => [
  ...(quantity !== null && Number(quantity) <= 0
    ? [{ path: 'quantity', message: 'must be above 0' }]
    : []),
  ...(budget && Number(budget.amount) < 0
    ? [{ path: 'budget.amount', message: 'must not be negative' }]
    : []),
  ...(budget && !/^[A-Z]{3}$/.test(budget.currency)
    ? [{ path: 'budget.currency', message: 'must be an ISO 4217 code, such as CNY' }]
    : []),
];
