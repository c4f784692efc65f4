import type { FieldProblem } from '@crm/kit/errors';

const reasonMax = 500;

/** What is wrong with the reason that a change of owner needs. */
export function reasonProblems(reason: string): FieldProblem[] {
  if (reason.trim() === '') return [{ path: 'reason', message: 'is required' }];
  return Array.from(reason).length > reasonMax
    ? [{ path: 'reason', message: `may have at most ${reasonMax} characters` }]
    : [];
}

const keptDays = 30;
const dayMs = 86_400_000;

/** Until when those who hand customers over may still read them. */
export const keptUntil = (now: Date, until: Date | null): Date =>
  until ?? new Date(now.getTime() + keptDays * dayMs);
