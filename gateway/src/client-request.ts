import type { Deadline } from '@crm/kit/server/deadline';
import type { WithheldReason } from '@crm/kit/record/disclosure';
import type { Lane } from '@crm/kit/request';
import type { Viewer } from '@crm/kit/viewer';
import type { Consistency } from './consistency.ts';

/** One operation of a client, as long as it is in work. */
export type ClientRequest = {
  readonly viewer: Viewer;
  readonly requestId: string;
  /** Equal for requests that may see the same: viewer, purpose and lane as text. */
  readonly identity: string;
  readonly lane: Lane;
  /** Epoch milliseconds. */
  readonly deadlineAt: number;
  readonly deadline: Deadline;
  readonly consistency: Consistency;
  /** Why sensitive fields are null, by their names; for those who are told. */
  readonly withheld?: Map<string, WithheldReason>;
};
