import type { FieldProblem } from '@crm/kit/errors';
import type { CarePlan } from '../plan/plan.fields.ts';
import { lastDayOfCampaign } from '../plan/plan-occasion.ts';

type Kind = CarePlan['kind'];

/** What people must have agreed to: to be offered something, or to be asked. */
const purposeOf: Readonly<Record<Exclude<Kind, 'CARE'>, CarePlan['purpose']>> = {
  PROMOTION: 'MARKETING',
  RESEARCH: 'SURVEY',
  SATISFACTION: 'SURVEY',
};

/** What follows from what a campaign is, and from its day. */
export const campaignValues = (
  kind: Exclude<Kind, 'CARE'>,
  { startsOn }: Pick<CarePlan, 'startsOn'>,
): Partial<CarePlan> => ({
  purpose: purposeOf[kind],
  validFrom: startsOn,
  validTo: startsOn === null ? null : lastDayOfCampaign(startsOn),
});

type Check = readonly [isBroken: boolean, path: string, message: string];

/** What is wrong with a campaign beside what may be wrong with any plan. */
export function campaignProblems(
  { kind, status, surveyId, startsOn }: CarePlan,
  today: string,
): FieldProblem[] {
  const isPromotion = kind === 'PROMOTION';
  const isOver = status === 'DRAFT' && startsOn !== null && startsOn < today;
  const checks: readonly Check[] = [
    [startsOn === null, 'startsOn', 'must be the day of the campaign'],
    [isOver, 'startsOn', 'must be today or later'],
    [isPromotion && surveyId !== null, 'surveyId', 'is not of promotions'],
    [!isPromotion && surveyId === null, 'surveyId', 'must be the survey that people are asked'],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}
