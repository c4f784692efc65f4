import type { Bus } from '@crm/kit/event/bus';
import type { Log } from '@crm/kit/log';
import { allow } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import type { Graph } from '../graph/graph.ts';
import type { AskedOperation } from '../http/read-operation.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import { answerEvents } from './answer.ts';
import { createCursors, type SnapshotPlace } from './cursor.ts';
import type { Follower, Outlet } from './follower.ts';
import { follow, followAfter, leave, type GroupScope } from './group.ts';
import { startIntake } from './intake.ts';
import { followJob, readJob } from './job-progress.ts';
import { readChangePage } from './page.ts';
import { withRequest } from './request.ts';
import { checkSegment } from './segment.ts';
import { createSlots } from './slots.ts';
import { sendSnapshot, snapshotStart, type SnapshotScope } from './snapshot.ts';
import { startOf } from './start-position.ts';
import { checkSubscription, readSubscription } from './subscription.ts';

export type Feed = {
  /** Follows changes until it is told to leave. Rejects when the operation is refused. */
  readonly follow: (asking: FollowRequest) => Promise<() => void>;
  /** Whether changes can be read; a gateway that cannot for long serves what else there is. */
  readonly isReady: () => boolean;
  /** Answers for the subgraph `events`, which no service serves. */
  readonly answer: CallSubgraph;
  readonly stop: () => Promise<void>;
};

export type FollowRequest = {
  readonly asked: AskedOperation;
  readonly viewer: Viewer;
  readonly outlet: Outlet;
  /** A cursor that counts more than that of the operation, where a protocol has a place for it. */
  readonly after?: string | undefined;
};

export type FeedOptions = {
  readonly bus: Bus;
  /** The same in every gateway, so that each reads the cursors of the others. */
  readonly cursorKey: string;
  /** After so long without a change followers are given a younger cursor. */
  readonly renewMs: number;
  readonly graph: () => Graph;
  readonly call: CallSubgraph;
  readonly log: Log;
};

/** How long a gateway that has started may wait for the stream before others are sent to it. */
const readyMsMax = 15_000;
/** Pages of snapshots that are made at a time, for all followers. */
const snapshotPagesAtOnce = 4;

/** Reads the stream of changes for everyone who follows it through this process. */
export function createFeed(options: FeedOptions): Feed {
  const { bus, cursorKey, renewMs, graph, call, log } = options;
  const readyAt = performance.now() + readyMsMax;
  const intake = startIntake({ bus, log });
  const scope: GroupScope & SnapshotScope = {
    bus,
    intake,
    cursors: createCursors(cursorKey),
    graph,
    call,
    log,
    check: checkSubscription,
    live: new Map(),
    groups: new Set(),
    renewMs,
    slots: createSlots(snapshotPagesAtOnce),
  };
  const forget = intake.onNews(() => {
    for (const { bell } of scope.groups) bell.ring();
  });

  return {
    follow: async ({ asked, viewer, outlet, after }) => {
      allow(viewer, 'read', 'changes');
      const job = readJob(graph(), asked);
      if (job) return followJob(scope, { job, viewer, outlet });
      const subscription = readSubscription(graph(), asked, viewer);
      const { followed } = subscription;
      await withRequest(scope, viewer, (request) => checkSegment(request.call, followed.filter));
      const given = after ?? subscription.after;
      const { position, snapshot } = await startOf(scope, given, followed.filter);
      const follower = { ...newFollower, outlet, followed, position };
      const isNew = subscription.snapshot && given === null;
      begin(scope, follower, isNew ? snapshotStart : snapshot);
      return () => leave(scope, follower);
    },
    isReady: () => intake.tail() !== null || performance.now() > readyAt,
    answer: (asked, request) =>
      answerEvents(graph(), asked, (args) => {
        allow(request.viewer, 'read', 'changes');
        return readChangePage(scope, args, {
          viewer: request.viewer,
          call: (each) => call(each, request),
        });
      }),
    stop: async () => {
      forget();
      await intake.stop();
    },
  };
}

/** A snapshot comes first, then what has changed since it was begun. */
function begin(
  scope: GroupScope & SnapshotScope,
  follower: Follower,
  snapshot: SnapshotPlace | null,
): void {
  if (snapshot) followAfter(scope, follower, sendSnapshot(scope, follower, snapshot));
  else follow(scope, follower);
}

const newFollower: Pick<Follower, 'skipSeq' | 'isBehind' | 'notice' | 'hasLeft'> = {
  skipSeq: 0,
  isBehind: true,
  notice: null,
  hasLeft: false,
};
