import { AppError } from '@crm/kit/errors';
import type { Lane } from '@crm/kit/request';
import type { Role, Viewer } from '@crm/kit/viewer';

export type LaneLimits = {
  readonly costMax: number;
  readonly pageMax: number;
  readonly deadlineMs: number;
  /** Requests in work at a time in this process; more are refused with SERVICE_UNAVAILABLE. */
  readonly requestsMax: number;
};

export const laneLimits: Readonly<Record<Lane, LaneLimits>> = {
  interactive: { costMax: 1000, pageMax: 100, deadlineMs: 10_000, requestsMax: 500 },
  reporting: { costMax: 10_000, pageMax: 1000, deadlineMs: 60_000, requestsMax: 20 },
};

const reportingRoles: readonly Role[] = ['analyst', 'admin', 'service'];

/** An analyst reports unless the request says otherwise; some others report when they say so. */
export function chooseLane(viewer: Viewer, asked: string | undefined): Lane {
  if (asked === undefined) return viewer.roles.includes('analyst') ? 'reporting' : 'interactive';
  if (asked === 'interactive') return 'interactive';
  if (asked !== 'reporting')
    throw new AppError('BAD_REQUEST', `There is no lane "${asked.slice(0, 40)}"`);
  if (viewer.roles.some((role) => reportingRoles.includes(role))) return 'reporting';
  throw new AppError('FORBIDDEN', 'The reporting lane is for analysts');
}
