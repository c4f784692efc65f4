import { describeError } from '@crm/kit/describe-error';
import { unavailable } from '@crm/kit/errors';
import { createBell, type Bell } from '@crm/kit/event/bell';
import type { Checked } from '../answer.ts';
import type { Graph } from '../graph/graph.ts';
import { batchesOf, framesOfBatch } from './batches.ts';
import type { Followed, Follower, Frame } from './follower.ts';
import { noticeFrame, type ChangeFrame, type FramesScope } from './frames.ts';
import {
  createReader,
  type GapReason,
  type Page,
  type Position,
  type Reader,
  type ReaderScope,
} from './reader.ts';
import { refusalOf } from './refusal.ts';
import { failuresMax, retryMs } from './retry.ts';
import { caughtUpNotice, gapNotice, overflowNotice, type Notice } from './source.ts';

export type GroupScope = FramesScope &
  ReaderScope & {
    readonly graph: () => Graph;
    /** Throws what is wrong with an operation on this graph. */
    readonly check: (graph: Graph, followed: Followed) => Checked;
    /** Live groups by key: one for each kind of followers. */
    readonly live: Map<string, Group>;
    readonly groups: Set<Group>;
    /** After so long without a change followers are given a younger cursor. */
    readonly renewMs: number;
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
  /** Of the last cursor that all followers have. */
  told: { readonly seq: number; readonly at: number };
};

const pageMax = 500;
const newsMsMax = 5000;

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

/** Begins to follow later, unless the follower has left by then. */
export function followAfter(scope: GroupScope, follower: Follower, first: Promise<unknown>): void {
  first
    .then(() => {
      if (!follower.hasLeft) follow(scope, follower);
    })
    .catch((error: unknown) => follower.outlet.fail(asError(error)));
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
    told: toldNow(position),
  };
  scope.groups.add(group);
  void run(scope, group);
}

const toldNow = ({ seq }: Position): Group['told'] => ({ seq, at: performance.now() });

/** Nobody waits for this follower any more. */
export function leave(scope: GroupScope, follower: Follower): void {
  follower.hasLeft = true;
  for (const group of scope.groups) {
    if (group.followers.delete(follower)) group.bell.ring();
  }
}

async function run(scope: GroupScope, group: Group): Promise<void> {
  // Many come back at once, one after the other: they are served together, each change once.
  if (hasNewsFor(scope, group)) await rest(group, gatherMs);
  let failures = 0;
  while (group.followers.size > 0) {
    try {
      await step(scope, group);
      failures = 0;
    } catch (error) {
      failures += 1;
      const refusal = refusalOf(error);
      if (refusal) failAll(group, refusal);
      if (failures === 1) scope.log.warn({ error: describeError(error) }, 'followers wait');
      if (failures >= failuresMax) failAll(group, unavailable('Changes cannot be told at present'));
      await rest(group, retryMs(failures));
    }
  }
  scope.groups.delete(group);
  if (scope.live.get(group.followed.key) === group) scope.live.delete(group.followed.key);
  await group.reader.close().catch(() => undefined);
}

/** Waits, unless nobody is left who does. */
async function rest({ bell, followers }: Group, ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  while (followers.size > 0) {
    const left = endsAt - performance.now();
    if (left <= 0) return;
    await bell.wait(left);
  }
}

const hasNewsFor = ({ intake }: GroupScope, { position }: Group): boolean =>
  position.seq < (intake.tail()?.recent.head() ?? 0);

function failAll(group: Group, error: Error): void {
  for (const { outlet } of group.followers) outlet.fail(error);
  group.followers.clear();
}

async function step(scope: GroupScope, group: Group): Promise<void> {
  if (!replan(scope, group)) return;
  for (const follower of group.followers) await tellNotice(scope, group, follower);
  const page = await nextPage(group);
  if (page.gap) return tellGap(scope, group, { gap: page.gap, at: page.position });
  await tellChanges(scope, group, page);
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
async function nextPage(group: Group): Promise<Page> {
  const { reader, position, followed } = group;
  const page = await reader.next(position, pageMax);
  const hasNews = page.isEnd && page.changes.some(followed.filter.matches);
  if (followed.coalesceMs === 0 || !hasNews) return page;
  await rest(group, followed.coalesceMs);
  return reader.next(position, pageMax);
}

/** A failure is tried again after the last batch that was sent. */
async function tellChanges(scope: GroupScope, group: Group, page: Page): Promise<void> {
  const wanted = { ...group.followed, cost: group.checked.cost };
  for (const batch of batchesOf(wanted, { from: group.position, page })) {
    const frames = await framesOfBatch(scope, group, batch);
    // Before anything is sent: who joins from now on was not there for all of these.
    group.position = batch.end;
    await deliverAll(scope, group, frames);
    moveAll(group);
    if (group.followers.size === 0) return;
  }
}

/** Each follower is sent all of a batch at once; who comes meanwhile is past the end of it. */
async function deliverAll(
  scope: GroupScope,
  group: Group,
  frames: readonly ChangeFrame[],
): Promise<void> {
  for (const follower of group.followers) {
    const missing = frames.filter(({ change }) => change.seq > follower.skipSeq);
    if (missing.length > 0) await deliver(scope, group, { follower, frames: missing });
  }
  const last = frames.at(-1);
  if (last) group.told = toldNow(last.resume);
}

type Delivery = { readonly follower: Follower; readonly frames: readonly ChangeFrame[] };

async function deliver(
  scope: GroupScope,
  group: Group,
  { follower, frames }: Delivery,
): Promise<void> {
  const { outlet } = follower;
  outlet.hold();
  try {
    for (const frame of frames) {
      if (!(await hasRoom(scope, group, follower))) return setAside(scope, group, follower);
      // Who has come while others were sent this.
      if (follower.notice) await tellNotice(scope, group, follower);
      if (!group.followers.has(follower)) return;
      outlet.send(frame);
      follower.position = frame.resume;
    }
  } finally {
    outlet.flush();
  }
}

/** False for a slow client for which the others would have to wait. */
async function hasRoom(scope: GroupScope, group: Group, { outlet }: Follower): Promise<boolean> {
  // What is held is no sign of a slow client.
  if (outlet.isFull()) outlet.flush();
  if (!outlet.isFull()) return true;
  if (!isAlone(scope, group)) return false;
  await outlet.drained();
  return true;
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
  followAfter(scope, follower, follower.outlet.drained());
}

async function tellNotice(scope: GroupScope, group: Group, follower: Follower): Promise<void> {
  const { notice, position: at, outlet } = follower;
  if (!notice) return;
  outlet.send(await noticeFor(scope, group, { notice, at }));
  follower.notice = null;
}

type Gap = { readonly gap: GapReason; readonly at: Position };

async function tellGap(scope: GroupScope, group: Group, { gap, at }: Gap): Promise<void> {
  const frame = await noticeFor(scope, group, { notice: gapNotice(gap), at });
  for (const follower of group.followers) {
    follower.outlet.send(frame);
    // It may be another stream, which counts anew.
    follower.skipSeq = 0;
    follower.position = at;
  }
  group.position = at;
  group.told = toldNow(at);
}

type Told = { readonly notice: Notice; readonly at: Position };

const noticeFor = (scope: GroupScope, group: Group, told: Told): Promise<Frame> =>
  noticeFrame(scope, group, told);

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
  renewIfStale(scope, group);
  if ([...group.followers].some(({ isBehind }) => isBehind)) {
    // Of a stream that was made anew a moment ago the end may be another one.
    if (!(await scope.intake.isCurrent())) return true;
    await tellEnd(scope, group);
  }
  const live = scope.live.get(group.followed.key);
  if (!live) scope.live.set(group.followed.key, group);
  if (!live || live === group) return true;
  // The live group may have gone on while the last page was answered.
  if (!isLevel(group.position, live.position)) return false;
  for (const follower of group.followers) join(follower, live);
  group.followers.clear();
  return false;
}

/** A cursor that nothing follows for days is one of a place that is no longer kept. */
function renewIfStale({ renewMs }: GroupScope, { told, position, followers }: Group): void {
  if (position.seq <= told.seq || performance.now() - told.at < renewMs) return;
  for (const follower of followers) follower.isBehind = true;
}

async function tellEnd(scope: GroupScope, group: Group): Promise<void> {
  const at = group.position;
  const frame = await noticeFor(scope, group, { notice: caughtUpNotice, at });
  let hasReachedAll = true;
  for (const follower of group.followers) {
    if (follower.isBehind) follower.outlet.send(frame);
    else hasReachedAll = false;
    follower.isBehind = false;
  }
  if (hasReachedAll) group.told = toldNow(at);
}

/** Whether nothing is missing between a place and what a group goes on after. */
const isLevel = ({ stream, seq }: Position, group: Position): boolean =>
  group.stream === stream && group.seq <= seq;

function join(follower: Follower, group: Group): void {
  follower.skipSeq = follower.position.seq;
  group.followers.add(follower);
}
