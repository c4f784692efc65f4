import type { Log } from '@crm/kit/log';
import { scopeOf } from '@crm/kit/record/policy';
import type { Checked } from '../answer.ts';
import type { RunRequest, RunResult } from '../run.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import type { Change } from '@crm/schemas/changes/change';
import { runChangesOf } from './compile.ts';
import type { Cursors } from './cursor.ts';
import type { Followed, Frame } from './follower.ts';
import type { Position } from './reader.ts';
import { withRequest } from './request.ts';
import { lookAt, type Look } from './rights.ts';
import { lookAtSegment } from './segment.ts';
import { sourceOfChange, sourceOfNotice, type ChangeSource, type Notice } from './source.ts';

export type FramesScope = {
  readonly cursors: Cursors;
  readonly call: CallSubgraph;
  readonly log: Log;
};

/** What is asked for, and what that is on a graph. */
export type Asking = { readonly checked: Checked; readonly followed: Followed };

/** A change, and what one goes on after who was told of it. */
export type Placed = { readonly change: Change; readonly resume: Position };

export type ChangeFrame = Frame & Placed;

/** Makes the frames of changes. Throws when it cannot be known which of them may be shown. */
export const framesOf = (
  scope: FramesScope,
  asking: Asking,
  placed: readonly Placed[],
): Promise<readonly ChangeFrame[]> =>
  withRequest(scope, asking.followed.viewer, async (request) => {
    const { viewer } = asking.followed;
    const work = { scope, asking, request };
    const wanted = await ofSegment(work, placed);
    const looked = lookAt(
      wanted.map(({ change }) => change),
      viewer,
      request.call,
    );
    if (scopeOf(viewer, 'read') === 'all') return showAll(work, wanted, looked);
    const look = await looked;
    const shown = wanted.filter(({ change }) => look(change) !== 'hidden');
    return changeFrames(work, shown, look);
  });

/** All of them, at once, when the filter names no segment. */
async function ofSegment(
  { asking: { followed }, request }: Work,
  placed: readonly Placed[],
): Promise<readonly Placed[]> {
  if (followed.filter.segment === null) return placed;
  const changes = placed.map(({ change }) => change);
  const isWanted = await lookAtSegment(changes, followed.filter, request.call);
  return placed.filter(({ change }) => isWanted(change));
}

type Work = {
  readonly scope: FramesScope;
  readonly asking: Asking;
  readonly request: RunRequest;
};

const everythingIsThere: Look = () => 'seen';

/**
 * Nothing is hidden from the viewer, so the answer waits for nobody: only what turns out to be gone
 * is told anew. A service that cannot say what is gone does not answer for its fields either.
 */
async function showAll(
  work: Work,
  placed: readonly Placed[],
  looked: Promise<Look>,
): Promise<readonly ChangeFrame[]> {
  const [frames, look] = await Promise.all([
    changeFrames(work, placed, everythingIsThere),
    looked.catch(() => everythingIsThere),
  ]);
  const gone = placed.filter(({ change }) => look(change) === 'gone');
  if (gone.length === 0) return frames;
  const told = new Map(
    (await changeFrames(work, gone, look)).map((frame) => [frame.change, frame]),
  );
  return frames.map((frame) => told.get(frame.change) ?? frame);
}

async function changeFrames(
  work: Work,
  placed: readonly Placed[],
  look: Look,
): Promise<readonly ChangeFrame[]> {
  const { scope, asking } = work;
  const sources = placed.map(({ change, resume }) =>
    sourceOfChange(change, cursorAt(scope, asking, resume), look(change)),
  );
  const frames = await answer(work, sources);
  return frames.flatMap((frame, index) => {
    const from = placed[index];
    return from ? [{ ...frame, ...from }] : [];
  });
}

/** A frame about the feed itself. */
export async function noticeFrame(
  scope: FramesScope,
  asking: Asking,
  { notice, at }: { readonly notice: Notice; readonly at: Position },
): Promise<Frame> {
  const source = sourceOfNotice(notice, at, cursorAt(scope, asking, at));
  const [frame] = await framesOfSources(scope, asking, [source]);
  if (!frame) throw new Error('unreachable');
  return frame;
}

const cursorAt = (
  { cursors }: FramesScope,
  { followed }: Asking,
  { stream, seq }: Position,
): string => cursors.write({ stream, seq, filter: followed.filter.hash, snapshot: null });

/** Frames of what is no change, in a request of their own. */
export const framesOfSources = (
  scope: FramesScope,
  asking: Asking,
  sources: readonly ChangeSource[],
): Promise<readonly Frame[]> =>
  withRequest(scope, asking.followed.viewer, (request) =>
    answer({ scope, asking, request }, sources),
  );

async function answer(
  { asking: { checked }, request }: Work,
  sources: readonly ChangeSource[],
): Promise<readonly Frame[]> {
  const { graph, prepared, variables } = checked;
  const results = await runChangesOf(graph, prepared)(sources, variables, request);
  return sources.map(({ cursor }, index) => {
    const result = results[index] ?? { data: null, errors: [] };
    return { cursor, payload: answerJson(result) };
  });
}

export const answerJson = ({ data, errors }: RunResult): Buffer =>
  Buffer.from(JSON.stringify(errors.length > 0 ? { errors, data } : { data }));
