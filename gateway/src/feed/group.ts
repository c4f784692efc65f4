import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import { unavailable } from '@crm/kit/errors';
import { createBell, type Bell } from '@crm/kit/event/bell';
import type { Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import type { Followed, Follower } from './follower.ts';
import { framesOf, noticeFrame, type Frame, type FramesScope } from './frames.ts';
import { createReader, type Page, type Position, type Reader, type ReaderScope } from './reader.ts';
import { caughtUpNotice, gapNotice, overflowNotice, type Notice } from './source.ts';

export type GroupScope = FramesScope &
  ReaderScope & {
    readonly graph: () => Graph;
    /** Throws what is wrong with an operation on this graph. */
    readonly check: (graph: Graph, followed: Followed) => Checked;
    /** Live groups by key: one for each kind of followers. */
    readonly live: Map<string, Group>;
    readonly groups: Set<Group>;
  };

/**
 * Followers that are sent the same frames at the same time. One that is behind is alone in a group
 * of its own, at its own pace, and joins the live one when it has caught up: nothing waits in memory
 * for the slow.
 */
export type Group = {
  readonly followed: Followed;
  readonly followers: Set<Follower>;
  readonly bell: Bell;
  readonly reader: Reader;
  position: Position;
  checked: Checked;
};

/** Cost that is asked of services at a time, and changes that are looked at. */
const batchCost = 4000;
const batchMax = 200;
const pageMax = 500;
const newsMsMax = 5000;
const retryMsMin = 100;
const retryMsMax = 2000;
/** Failures in a row, about a minute, after which followers are told to come back later. */
const failuresMax = 35;

/** Begins to follow, alone for the time being. */
export function openGroup(scope: GroupScope, follower: Follower): Group {
  const { followed, position } = follower;
  const group: Group = {
    followed,
    followers: new Set([follower]),
    bell: createBell(),
    reader: createReader(scope),
    position,
    checked: scope.check(scope.graph(), followed),
  };
  scope.groups.add(group);
  void run(scope, group);
  return group;
}

/** Nobody waits for this follower any more. */
export function leave(scope: GroupScope, follower: Follower): void {
  follower.hasLeft = true;
  for (const group of scope.groups) {
    if (group.followers.delete(follower)) group.bell.ring();
  }
}

async function run(scope: GroupScope, group: Group): Promise<void> {
  let failures = 0;
  while (group.followers.size > 0) {
    try {
      await step(scope, group);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) scope.log.warn({ error: describeError(error) }, 'followers wait');
      if (failures >= failuresMax) failAll(group, unavailable('Changes cannot be told at present'));
      await wait(Math.min(retryMsMax, retryMsMin * 2 ** failures));
    }
  }
  scope.groups.delete(group);
  if (scope.live.get(group.followed.key) === group) scope.live.delete(group.followed.key);
  await group.reader.close().catch(() => undefined);
}

function failAll(group: Group, error: Error): void {
  for (const { outlet } of group.followers) outlet.fail(error);
  group.followers.clear();
}

async function step(scope: GroupScope, group: Group): Promise<void> {
  if (!replan(scope, group)) return;
  await tellNotices(scope, group);
  const page = await nextPage(group);
  if (page.gap) {
    await tell(scope, group, { notice: gapNotice(page.gap), at: page.position });
    moveTo(group, page.position);
    return;
  }
  for (const frame of await makeFrames(scope, group, page)) await deliver(scope, group, frame);
  moveTo(group, page.position);
  if (page.isEnd && (await settle(scope, group))) await group.bell.wait(newsMsMax);
}

/** Takes over a new graph. Followers whose operation it refuses are told why. */
function replan(scope: GroupScope, group: Group): boolean {
  const graph = scope.graph();
  if (group.checked.graph === graph) return true;
  try {
    group.checked = scope.check(graph, group.followed);
    return true;
  } catch (error) {
    failAll(group, error instanceof Error ? error : new Error('unreachable'));
    return false;
  }
}

/** With coalescing, what follows within the time belongs to what came first. */
async function nextPage({ reader, position, followed }: Group): Promise<Page> {
  const page = await reader.next(position, pageMax);
  const hasNews = page.isEnd && page.changes.some(followed.filter.matches);
  if (followed.coalesceMs === 0 || !hasNews) return page;
  await wait(followed.coalesceMs);
  return reader.next(position, pageMax);
}

async function makeFrames(
  scope: GroupScope,
  { checked, followed, position }: Group,
  { changes, position: end }: Page,
): Promise<readonly Frame[]> {
  const matching = changes.filter(followed.filter.matches);
  const size = batchSize(checked.cost);
  const whole = { checked, followed, stream: end.stream, from: position.seq, to: end.seq };
  const frames: Frame[] = [];
  for (let at = 0; at < matching.length; at += size) {
    frames.push(...(await framesOf(scope, whole, matching.slice(at, at + size))));
  }
  return frames;
}

const batchSize = (cost: number): number =>
  Math.max(1, Math.min(batchMax, Math.floor(batchCost / Math.max(1, cost))));

async function deliver(scope: GroupScope, group: Group, frame: Frame): Promise<void> {
  const isAlone = scope.live.get(group.followed.key) !== group;
  for (const follower of group.followers) {
    if (frame.seq <= follower.skipSeq) continue;
    if (follower.outlet.isFull()) {
      if (!isAlone) {
        setAside(scope, group, follower);
        continue;
      }
      await follower.outlet.drained();
      if (!group.followers.has(follower)) continue;
    }
    follower.outlet.send(frame.payload);
    follower.position = { stream: group.position.stream, seq: frame.resumeSeq };
  }
}

/** Goes on alone from where it is: the others do not wait. */
function setAside(scope: GroupScope, group: Group, follower: Follower): void {
  group.followers.delete(follower);
  follower.isBehind = true;
  follower.notice = overflowNotice;
  void follower.outlet.drained().then(() => {
    if (!follower.hasLeft) openGroup(scope, follower);
  });
}

async function tellNotices(scope: GroupScope, group: Group): Promise<void> {
  for (const follower of group.followers) {
    if (!follower.notice) continue;
    await tell(scope, group, { notice: follower.notice, at: follower.position });
    follower.notice = null;
  }
}

type Told = { readonly notice: Notice; readonly at: Position };

async function tell(scope: GroupScope, group: Group, { notice, at }: Told): Promise<void> {
  const { checked, followed } = group;
  const payload = await noticeFrame(scope, { checked, followed, at }, notice);
  for (const { outlet } of group.followers) outlet.send(payload);
}

function moveTo(group: Group, position: Position): void {
  group.position = position;
  for (const follower of group.followers) follower.position = position;
}

/**
 * At the end of the stream: the group becomes the live one, or its follower joins that. True when
 * there is nothing more to do before there is news.
 */
async function settle(scope: GroupScope, group: Group): Promise<boolean> {
  await tellEnd(scope, group);
  const live = scope.live.get(group.followed.key);
  if (!live) scope.live.set(group.followed.key, group);
  if (!live || live === group) return true;
  if (isLevel(group, live)) join(group, live);
  return false;
}

async function tellEnd(scope: GroupScope, group: Group): Promise<void> {
  if ([...group.followers].every(({ isBehind }) => !isBehind)) return;
  await tell(scope, group, { notice: caughtUpNotice, at: group.position });
  for (const follower of group.followers) follower.isBehind = false;
}

/** False when the live group went on while the last page was answered. */
const isLevel = ({ position: { stream, seq } }: Group, { position: live }: Group): boolean =>
  live.stream === stream && live.seq <= seq;

function join(group: Group, live: Group): void {
  for (const follower of group.followers) {
    follower.skipSeq = group.position.seq;
    live.followers.add(follower);
  }
  group.followers.clear();
}
