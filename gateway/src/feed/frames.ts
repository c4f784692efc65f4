import { deadlineAt } from '@crm/kit/server/deadline';
import { describeError } from '@crm/kit/describe-error';
import { newId } from '@crm/kit/id';
import type { Log } from '@crm/kit/log';
import type { Viewer } from '@crm/kit/viewer';
import { createConsistency } from '../consistency.ts';
import type { Checked } from '../answer.ts';
import type { RunRequest, RunResult } from '../run.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import type { Change } from '@crm/schemas/changes/change';
import { coalesce } from './coalesce.ts';
import { runChangesOf } from './compile.ts';
import type { Cursors } from './cursor.ts';
import type { Followed } from './follower.ts';
import type { Position } from './reader.ts';
import { lookAt } from './rights.ts';
import { sourceOfChange, sourceOfNotice, type ChangeSource, type Notice } from './source.ts';

export type FramesScope = {
  readonly cursors: Cursors;
  readonly call: CallSubgraph;
  readonly log: Log;
};

/** The JSON of one result, the same for all of a group. */
export type Frame = {
  readonly seq: number;
  /** Where one goes on who has this frame. */
  readonly resumeSeq: number;
  readonly payload: Buffer;
};

export type Batch = {
  readonly checked: Checked;
  readonly followed: Followed;
  readonly stream: string;
  /** Where the changes begin and end. */
  readonly from: number;
  readonly to: number;
};

/** An event's own time, which a slow service takes from its own fields only. */
const eventMsMax = 2000;

/** Makes the frames of changes. Throws when it cannot be known which of them may be shown. */
export async function framesOf(
  scope: FramesScope,
  batch: Batch,
  changes: readonly Change[],
): Promise<readonly Frame[]> {
  const { checked, followed } = batch;
  const matching = changes.filter(followed.filter.matches);
  if (matching.length === 0) return [];
  const isMerged = followed.coalesceMs > 0;
  const wanted = isMerged ? coalesce(matching) : matching;

  return withRequest(scope, followed.viewer, async (request) => {
    const look = await lookAt(wanted, followed.viewer, request.call);
    const shown = wanted.filter((change) => look(change) !== 'hidden');
    // Until the last of what was merged is there, one has to go on before the first.
    const resumeSeqs = shown.map(({ seq }, index) => {
      if (!isMerged) return seq;
      return index === shown.length - 1 ? batch.to : batch.from;
    });
    const sources = shown.map((change, index) =>
      sourceOfChange(change, cursorAt(scope, batch, resumeSeqs[index] ?? 0), look(change)),
    );
    const payloads = await answer(checked, sources, request);
    return shown.map(({ seq }, index) => ({
      seq,
      resumeSeq: resumeSeqs[index] ?? seq,
      payload: payloads[index] ?? Buffer.alloc(0),
    }));
  });
}

/** A frame about the feed itself. */
export const noticeFrame = (
  scope: FramesScope,
  { checked, followed, ...batch }: Pick<Batch, 'checked' | 'followed'> & { at: Position },
  notice: Notice,
): Promise<Buffer> =>
  withRequest(scope, followed.viewer, async (request) => {
    const cursor = cursorAt(scope, { followed, stream: batch.at.stream }, batch.at.seq);
    const [payload] = await answer(checked, [sourceOfNotice(notice, batch.at, cursor)], request);
    return payload ?? Buffer.alloc(0);
  });

const cursorAt = (
  { cursors }: FramesScope,
  { followed, stream }: Pick<Batch, 'followed' | 'stream'>,
  seq: number,
): string => cursors.write({ stream, filter: followed.filter.hash, seq });

async function answer(
  { graph, prepared, variables }: Checked,
  sources: readonly ChangeSource[],
  request: RunRequest,
): Promise<readonly Buffer[]> {
  const results = await runChangesOf(graph, prepared)(sources, variables, request);
  return results.map((result) => Buffer.from(JSON.stringify(toAnswer(result))));
}

const toAnswer = ({ data, errors }: RunResult): object =>
  errors.length > 0 ? { errors, data } : { data };

/** Runs `work` as a request of the viewer, with the time that an event has. */
async function withRequest<Result>(
  { call, log }: Pick<FramesScope, 'call' | 'log'>,
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
