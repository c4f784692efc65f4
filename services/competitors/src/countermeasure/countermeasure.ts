import type { FieldProblem } from '@crm/kit/errors';
import { audienceOf, type Audience } from '../audience/audience.ts';
import type { Countermeasure } from './countermeasure.fields.ts';

export const isOpen = ({ status }: Pick<Countermeasure, 'status'>): boolean =>
  status === 'PLANNED' || status === 'DUE';

type Target = {
  readonly activityId?: string | null;
  readonly opportunityCompetitorId?: string | null;
};

/** A countermeasure is about one thing. */
export const targetProblems = ({ activityId, opportunityCompetitorId }: Target): FieldProblem[] =>
  Boolean(activityId) === Boolean(opportunityCompetitorId)
    ? [
        {
          path: 'activityId',
          message: 'or opportunityCompetitorId says what it is about: give one',
        },
      ]
    : [];

type Derived = { readonly audience: Audience; readonly status: Countermeasure['status'] };

/** An open one is due from its day on. */
export const derivedOf = (measure: Countermeasure, today: string): Derived => ({
  audience: audienceOf(measure),
  status: isOpen(measure) ? (measure.dueOn <= today ? 'DUE' : 'PLANNED') : measure.status,
});
