import { describeError } from '@crm/kit/describe-error';
import { newId } from '@crm/kit/id';
import type { Log } from '@crm/kit/log';
import { deadlineAt } from '@crm/kit/server/deadline';
import type { Viewer } from '@crm/kit/viewer';
import { createConsistency } from '../consistency.ts';
import type { RunRequest } from '../run.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';

type RequestScope = { readonly call: CallSubgraph; readonly log: Log };

/** An event's own time, which a slow service takes from its own fields only. */
const eventMsMax = 2000;

/** Runs `work` as a request of the viewer, with the time that an event has. */
export async function withRequest<Result>(
  { call, log }: RequestScope,
  viewer: Viewer,
  work: (request: RunRequest) => Promise<Result>,
): Promise<Result> {
  const requestId = newId();
  const endsAt = Date.now() + eventMsMax;
  const deadline = deadlineAt(endsAt);
  const request = {
    viewer,
    requestId,
    identity: JSON.stringify([viewer, 'interactive']),
    lane: 'interactive',
    deadlineAt: endsAt,
    deadline,
    consistency: createConsistency(undefined),
  } as const;
  try {
    return await work({
      call: (asked) => call(asked, request),
      onBug: (service, error) =>
        log.error({ requestId, service, error: describeError(error) }, 'bug'),
    });
  } finally {
    deadline.release();
  }
}
