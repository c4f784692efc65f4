import { AppError, ruleViolation, type FieldProblem } from '@crm/kit/errors';
import type { Channel } from '../person/contact-point.ts';
import type { Suppression } from '../suppression/suppression.ts';
import type { CareTask } from './task.fields.ts';

type State = CareTask['state'];

/** What is sent by itself when it is due; the others are done by somebody. */
export const isSent = (channel: Channel | null): boolean =>
  channel === 'EMAIL' || channel === 'SMS';

/** The fields that a step sets. */
export type Step = Partial<
  Pick<CareTask, 'decidedAt' | 'decidedById' | 'dueAt' | 'endedAt' | 'note' | 'reason' | 'state'>
>;

export type Who = { readonly now: Date; readonly staffId: string | null };

/** It shall be done: by itself where that can be, by somebody else. A second time changes nothing. */
export function confirm(task: CareTask, { now, staffId }: Who): Step {
  if (task.state === 'SCHEDULED' || (task.state === 'SELECTED' && task.decidedAt !== null)) {
    return {};
  }
  requireState(task, ['PROPOSED'], 'confirmed');
  const state = isSent(task.channel) ? 'SCHEDULED' : 'SELECTED';
  return { state, decidedById: staffId, decidedAt: now };
}

/** It shall not be done. */
export function exclude(task: CareTask, note: string, { now, staffId }: Who): Step {
  requireState(task, ['PROPOSED', 'SELECTED', 'SCHEDULED', 'SUPPRESSED'], 'excluded');
  return {
    state: 'EXCLUDED',
    reason: 'EXCLUDED_BY_HAND',
    decidedById: staffId,
    decidedAt: now,
    endedAt: now,
    note,
  };
}

/** Somebody has done it. */
export function complete(task: CareTask, note: string | null, { now, staffId }: Who): Step {
  requireState(task, ['PROPOSED', 'SELECTED'], 'completed');
  return {
    state: 'DONE',
    reason: null,
    decidedById: staffId,
    decidedAt: now,
    endedAt: now,
    ...(note !== null && { note }),
  };
}

/** What became of the sending. One that has to wait stays scheduled for a later time. */
export type Settlement = {
  readonly id: string;
  readonly state: 'FAILED' | 'SCHEDULED' | 'SENT' | 'SUPPRESSED';
  readonly reason: string | null;
  readonly dueAt?: Date | null;
};

/** Null where it is settled already, or somebody has excluded it meanwhile. */
export function settle(
  task: CareTask,
  { state, reason, dueAt }: Settlement,
  now: Date,
): Step | null {
  if (state === 'SENT' && task.state === 'FAILED') return { state, reason, endedAt: now };
  if (task.state !== 'SCHEDULED') return null;
  if (state === 'SCHEDULED') return { reason, dueAt: dueAt ?? task.dueAt };
  return { state, reason, endedAt: now };
}

const words: Readonly<Record<State, string>> = {
  PROPOSED: 'waits to be confirmed',
  SELECTED: 'is somebody’s to do',
  EXCLUDED: 'was excluded',
  SCHEDULED: 'is scheduled to be sent',
  SENT: 'was sent',
  DONE: 'was done',
  SKIPPED: 'was skipped',
  FAILED: 'has failed',
  SUPPRESSED: 'is suppressed',
};

function requireState(task: CareTask, states: readonly State[], deed: string): void {
  if (states.includes(task.state)) return;
  const reason = task.reason === null ? '' : ` (${task.reason})`;
  const what = `The care task ${words[task.state]}${reason} and can't be ${deed}`;
  throw new AppError('RULE_VIOLATION', what, {
    id: task.id,
    state: task.state,
    reason: task.reason,
  });
}

/** To be asked is a purpose of its own. */
export const surveyPurposeProblems = ({
  surveyId,
  purpose,
}: Pick<CareTask, 'purpose' | 'surveyId'>): FieldProblem[] =>
  surveyId !== null && purpose !== 'SURVEY'
    ? [{ path: 'purpose', message: 'must be SURVEY for what sends a survey' }]
    : [];

/** Care by hand keeps to the same rules; what may wait until later is told with the time. */
export function requireAllowed(suppression: Suppression | null): void {
  if (suppression === null) return;
  const { reason, until } = suppression;
  const later = until === null ? '' : ` until ${until.toISOString()}`;
  throw ruleViolation(`This person may not be addressed so${later}: ${reason}`);
}
