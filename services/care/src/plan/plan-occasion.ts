import { addDays } from '@crm/kit/day';
import type { Occasion } from '../occasion/occasion.fields.ts';

/** What a plan gives care for: an occasion, or the one day of a campaign. */
export type PlanOccasion = Pick<
  Occasion,
  'active' | 'category' | 'dateRule' | 'kind' | 'leadDays'
> & {
  /** Null for a campaign. */
  readonly id: string | null;
};

/** So long after its day a campaign may still begin with somebody. */
const graceOfCampaign = 3;
/** After what happened in a life it is not too late for so long. */
const graceOfPromotion = 30;

export function graceDays({ id, kind }: Pick<PlanOccasion, 'id' | 'kind'>): number {
  if (id === null) return graceOfCampaign;
  return kind === 'PROMOTION' ? graceOfPromotion : 0;
}

export const lastDayOfCampaign = (startsOn: string): string => addDays(startsOn, graceOfCampaign);

/** A campaign is what a plan does once, on a day of its own. */
export function dayOfCampaign(startsOn: string): PlanOccasion {
  const [year = 0, month = 0, day = 0] = startsOn.split('-').map(Number);
  return {
    id: null,
    active: true,
    category: 'ROUTINE',
    kind: 'CUSTOM',
    leadDays: 0,
    dateRule: {
      calendar: 'GREGORIAN',
      year,
      month,
      day,
      isLastDay: false,
      weekday: null,
      nth: null,
      solarTerm: null,
      leapMonthRule: 'REGULAR_MONTH',
      missingDayRule: 'LAST_DAY',
    },
  };
}
