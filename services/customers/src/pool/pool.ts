import type { FieldProblem } from '@crm/kit/errors';
import type { PoolPolicy } from './pool.fields.ts';

const isOutside = (value: number | null, min: number, max: number): boolean =>
  value !== null && (value < min || value > max);

/** What is wrong with a policy by itself. */
export function policyProblems({
  active,
  capacity,
  recycleAfterDays,
}: Pick<PoolPolicy, 'active' | 'capacity' | 'recycleAfterDays'>): FieldProblem[] {
  const checks: readonly (readonly [boolean, string, string])[] = [
    [isOutside(capacity, 1, 100_000), 'capacity', 'must be from 1 to 100000'],
    [isOutside(recycleAfterDays, 1, 3650), 'recycleAfterDays', 'must be from 1 to 3650'],
    [active && recycleAfterDays === null, 'recycleAfterDays', 'is needed to recycle'],
  ];
  return checks.filter(([isBroken]) => isBroken).map(([, path, message]) => ({ path, message }));
}

/** Whether somebody who has so many customers may take another. */
export const hasRoom = (owned: number, capacity: number | null): boolean =>
  capacity === null || owned < capacity;

const dayMs = 86_400_000;

/** Who was last in contact before this has been left alone too long. */
export const recycleBefore = (now: Date, days: number): Date =>
  new Date(now.getTime() - days * dayMs);
