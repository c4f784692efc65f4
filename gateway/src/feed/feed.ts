import type { Bus } from '@crm/kit/event/bus';
import type { Log } from '@crm/kit/log';
import { allow } from '@crm/kit/record/policy';
import type { Viewer } from '@crm/kit/viewer';
import type { Graph } from '../graph/graph.ts';
import type { AskedOperation } from '../http/read-operation.ts';
import type { CallSubgraph } from '../subgraphs/client.ts';
import { answerEvents } from './answer.ts';
import { createCursors } from './cursor.ts';
import type { Follower, Outlet } from './follower.ts';
import { follow, leave, type GroupScope } from './group.ts';
import { startIntake } from './intake.ts';
import { readChangePage } from './page.ts';
import { startPosition } from './start-position.ts';
import { checkSubscription, readSubscription } from './subscription.ts';

export type Feed = {
  /** Follows changes until it is told to leave. Rejects when the operation is refused. */
  readonly follow: (asked: AskedOperation, viewer: Viewer, outlet: Outlet) => Promise<() => void>;
  /** Answers for the subgraph `events`, which no service serves. */
  readonly answer: CallSubgraph;
  readonly stop: () => Promise<void>;
};

export type FeedOptions = {
  readonly bus: Bus;
  /** The same in every gateway, so that each reads the cursors of the others. */
  readonly cursorKey: string;
  readonly graph: () => Graph;
  readonly call: CallSubgraph;
  readonly log: Log;
};

/** Reads the stream of changes for everyone who follows it through this process. */
export function createFeed({ bus, cursorKey, graph, call, log }: FeedOptions): Feed {
  const intake = startIntake({ bus, log });
  const scope: GroupScope = {
    bus,
    intake,
    cursors: createCursors(cursorKey),
    graph,
    call,
    log,
    check: checkSubscription,
    live: new Map(),
    groups: new Set(),
  };
  const forget = intake.onNews(() => {
    for (const { bell } of scope.groups) bell.ring();
  });

  return {
    follow: async (asked, viewer, outlet) => {
      allow(viewer, 'read', 'changes');
      const { followed, after } = readSubscription(graph(), asked, viewer);
      const position = await startPosition(scope, after, followed.filter);
      const follower = { ...newFollower, outlet, followed, position };
      follow(scope, follower);
      return () => leave(scope, follower);
    },
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

const newFollower: Pick<Follower, 'skipSeq' | 'isBehind' | 'notice' | 'hasLeft'> = {
  skipSeq: 0,
  isBehind: true,
  notice: null,
  hasLeft: false,
};
