import { setTimeout as wait } from 'node:timers/promises';
import { describeError } from '@crm/kit/describe-error';
import { unavailable } from '@crm/kit/errors';
import { createBell, type Bell } from '@crm/kit/event/bell';
import type { Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import type { Followed, Follower } from './follower.ts';
import { framesOf, noticeFrame, type Frame, type FramesScope } from './frames.ts';
import {
  createReader,
  type GapReason,
  type Page,
  type Position,
  type Reader,
  type ReaderScope,
} from './reader.ts';
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

/** How long who is behind waits for others at the same place. */
const gatherMs = 250;

/** Begins to follow, with those who stand where it does and ask for the same, else alone. */
export function follow(scope: GroupScope, follower: Follower): void {
  const company = [...scope.groups].find((group) => isCompany(group, follower));
  if (!company) return openGroup(scope, follower);
  join(follower, company);
  // There may be nothing to come but that the end is reached.
  company.bell.ring();
}

/** What such a group is about to send is all that the follower needs, and not much more. */
const isCompany = ({ followed, position }: Group, follower: Follower): boolean =>
  followed.key === follower.followed.key &&
  isLevel(follower.position, position) &&
  follower.position.seq - position.seq <= pageMax;

function openGroup(scope: GroupScope, follower: Follower): void {
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
}

/** Nobody waits for this follower any more. */
export function leave(scope: GroupScope, follower: Follower): void {
  follower.hasLeft = true;
  for (const group of scope.groups) {
    if (group.followers.delete(follower)) group.bell.ring();
  }
}

async function run(scope: GroupScope, group: Group): Promise<void> {
  // Many come back at once, one after the other: they are served together, each change once.
  if (hasNewsFor(scope, group)) await wait(gatherMs);
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

const hasNewsFor = ({ intake }: GroupScope, { position }: Group): boolean =>
  position.seq < (intake.tail()?.recent.head() ?? 0);

function failAll(group: Group, error: Error): void {
  for (const { outlet } of group.followers) outlet.fail(error);
  group.followers.clear();
}

async function step(scope: GroupScope, group: Group): Promise<void> {
  if (!replan(scope, group)) return;
  await tellNotices(scope, group);
  const page = await nextPage(group);
  if (page.gap) return tellGap(scope, group, { gap: page.gap, at: page.position });
  const frames = await makeFrames(scope, group, page);
  // Before anything is sent: who joins from now on was not there for all of these.
  group.position = page.position;
  for (const frame of frames) await deliver(scope, group, frame);
  moveAll(group);
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
    failAll(group, asError(error));
    return false;
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('unreachable');

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
  for (const follower of group.followers) {
    if (frame.seq <= follower.skipSeq) continue;
    if (follower.outlet.isFull()) {
      if (!isAlone(scope, group)) {
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

/** Then nobody else waits when its only follower is waited for. */
const isAlone = (scope: GroupScope, group: Group): boolean =>
  group.followers.size === 1 && scope.live.get(group.followed.key) !== group;

/** Goes on from where it is, in its own time: the others do not wait. */
function setAside(scope: GroupScope, group: Group, follower: Follower): void {
  group.followers.delete(follower);
  // Who had not come to the end yet is served from the log as it is.
  if (!follower.isBehind) follower.notice = overflowNotice;
  follower.isBehind = true;
  void follower.outlet
    .drained()
    .then(() => {
      if (!follower.hasLeft) follow(scope, follower);
    })
    .catch((error: unknown) => follower.outlet.fail(asError(error)));
}

async function tellNotices(scope: GroupScope, group: Group): Promise<void> {
  for (const follower of group.followers) {
    const { notice, position: at, outlet } = follower;
    if (!notice) continue;
    const payload = await noticeFor(scope, group, { notice, at });
    outlet.send(payload);
    follower.notice = null;
  }
}

type Gap = { readonly gap: GapReason; readonly at: Position };

async function tellGap(scope: GroupScope, group: Group, { gap, at }: Gap): Promise<void> {
  const payload = await noticeFor(scope, group, { notice: gapNotice(gap), at });
  for (const follower of group.followers) {
    follower.outlet.send(payload);
    // It may be another stream, which counts anew.
    follower.skipSeq = 0;
    follower.position = at;
  }
  group.position = at;
}

type Told = { readonly notice: Notice; readonly at: Position };

const noticeFor = (
  scope: GroupScope,
  { checked, followed }: Group,
  { notice, at }: Told,
): Promise<Buffer> => noticeFrame(scope, { checked, followed, at }, notice);

/** Who has joined meanwhile may be ahead. */
function moveAll({ followers, position }: Group): void {
  for (const follower of followers) {
    if (follower.position.seq < position.seq) follower.position = position;
  }
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
  // The live group may have gone on while the last page was answered.
  if (!isLevel(group.position, live.position)) return false;
  for (const follower of group.followers) join(follower, live);
  group.followers.clear();
  return false;
}

async function tellEnd(scope: GroupScope, group: Group): Promise<void> {
  if ([...group.followers].every(({ isBehind }) => !isBehind)) return;
  const payload = await noticeFor(scope, group, { notice: caughtUpNotice, at: group.position });
  for (const follower of group.followers) {
    if (follower.isBehind) follower.outlet.send(payload);
    follower.isBehind = false;
  }
}

/** Whether nothing is missing between a place and what a group goes on after. */
const isLevel = ({ stream, seq }: Position, group: Position): boolean =>
  group.stream === stream && group.seq <= seq;

function join(follower: Follower, group: Group): void {
  follower.skipSeq = follower.position.seq;
  group.followers.add(follower);
}
