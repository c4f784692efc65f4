import type { Delivery } from '../delivery/delivery.fields.ts';
import type { CareTask } from '../task/task.fields.ts';

/** What is counted of a campaign: by state, by status, by reason. */
export type CampaignCount = {
  readonly tasks: readonly {
    readonly state: CareTask['state'];
    readonly reason: string | null;
    readonly count: number;
  }[];
  readonly deliveries: readonly { readonly status: Delivery['status']; readonly count: number }[];
  readonly unsubscribed: number;
  readonly answered: number;
};

export const nothingCounted: CampaignCount = {
  tasks: [],
  deliveries: [],
  unsubscribed: 0,
  answered: 0,
};

type ReasonCount = { readonly reason: string; readonly count: number };

export type CampaignResults = {
  readonly members: number;
  readonly waiting: number;
  readonly suppressed: number;
  readonly suppressedBy: readonly ReasonCount[];
  readonly sent: number;
  readonly delivered: number;
  readonly bounced: number;
  readonly failed: number;
  readonly unknown: number;
  readonly replied: number;
  readonly unsubscribed: number;
  readonly answered: number;
  readonly done: number;
};

/** The figures of a campaign. Whoever has replied has got it, and what bounced was sent. */
export function campaignResults(counted: CampaignCount): CampaignResults {
  const { tasks, deliveries, unsubscribed, answered } = counted;
  const inState = (...states: readonly CareTask['state'][]): number =>
    sum(tasks.filter(({ state }) => states.includes(state)));
  const inStatus = (...statuses: readonly Delivery['status'][]): number =>
    sum(deliveries.filter(({ status }) => statuses.includes(status)));
  return {
    members: sum(tasks),
    waiting: inState('PROPOSED', 'SELECTED', 'SCHEDULED'),
    suppressed: inState('SUPPRESSED', 'EXCLUDED', 'SKIPPED'),
    suppressedBy: tasks.flatMap(({ state, reason, count }) =>
      state === 'SUPPRESSED' && reason !== null ? [{ reason, count }] : [],
    ),
    sent: inStatus('ACCEPTED', 'DELIVERED', 'REPLIED', 'BOUNCED'),
    delivered: inStatus('DELIVERED', 'REPLIED'),
    bounced: inStatus('BOUNCED'),
    failed: inStatus('FAILED'),
    unknown: inStatus('UNKNOWN'),
    replied: inStatus('REPLIED'),
    unsubscribed,
    answered,
    done: inState('DONE'),
  };
}

const sum = (counts: readonly { readonly count: number }[]): number =>
  counts.reduce((total, { count }) => total + count, 0);
