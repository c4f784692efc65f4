import { forbidden, ruleViolation } from '@crm/kit/errors';
import { reachOf } from './reach.ts';
import type { Viewer } from '@crm/kit/viewer';
import type { CarePlan, PlanReach } from './plan.fields.ts';

/** A larger audience is approved by a second person. */
export const audienceWithoutApproval = 1000;

const growthMax = 2;

/** For so many people a plan may come to be before it is approved, or is approved again. */
export const audienceMax = ({
  approvedById,
  audienceSize,
}: Pick<CarePlan, 'approvedById' | 'audienceSize'>): number =>
  approvedById === null ? audienceWithoutApproval : growthMax * (audienceSize ?? 0);

/** Whoever has asked for a large plan, or made it, does not approve it. */
export function requireOther(
  { requestedById, createdById }: Pick<CarePlan, 'createdById' | 'requestedById'>,
  staffId: string | null,
): void {
  if (staffId === null || staffId === requestedById || staffId === createdById) {
    throw ruleViolation(
      `What is for more than ${audienceWithoutApproval} people is approved by another member of staff`,
    );
  }
}

/** Nobody lets others be addressed whom one may not address oneself. `team` is that of whose reach it is. */
export function requireReach(viewer: Viewer, reach: PlanReach | null, team: string | null): void {
  const own = reachOf(viewer);
  if (own === null) return;
  if (reach === null) throw beyond('everybody’s');
  const isLed = team !== null && own.teamIds.includes(team);
  const isOwn = reach.staffId === null || reach.staffId === own.staffId || isLed;
  if (!isOwn || !reach.teamIds.every((id) => own.teamIds.includes(id))) {
    throw beyond('people of other teams');
  }
}

const beyond = (whose: string): Error =>
  forbidden(
    `This reaches ${whose} people, and you may address fewer: have somebody approve it who may address them all`,
  );
