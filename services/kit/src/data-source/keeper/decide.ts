import { containsGtids } from '../gtid.ts';
import type { TermRecord } from '../record.ts';
import type { Durability, KeeperTiming } from './options.ts';
import { hasForgotten, isAttached, type Sight } from './sight.ts';
import type { View } from './view.ts';

/** One thing to do. The order in a list of decisions is the order of doing. */
export type Decision =
  /** The writer is back and nobody took its place. */
  | { readonly do: 'resume' }
  | { readonly do: 'promote'; readonly node: string; readonly why: string }
  /** Ends a promotion that was begun, by this keeper or another. */
  | { readonly do: 'finish' }
  | { readonly do: 'wait-for-acknowledgement'; readonly isOn: boolean }
  | { readonly do: 'list'; readonly node: string }
  | { readonly do: 'unlist'; readonly node: string }
  | { readonly do: 'start-applier'; readonly node: string }
  | { readonly do: 'rejoin'; readonly node: string }
  | { readonly do: 'switchover'; readonly node: string }
  | {
      readonly do: 'report';
      readonly type: 'suspect' | 'needs-operator';
      readonly message: string;
    };

export type Situation = {
  readonly record: TermRecord;
  readonly sights: readonly Sight[];
  /** Null when there was none since this keeper began. */
  readonly sinceFailoverMs: number | null;
  readonly mayPromote: boolean;
  readonly durability: Durability;
  readonly failback: string | null;
  /** Whether the writer does not finish writes, and a standby is to take over because of that. */
  readonly isWedged: boolean;
  readonly timing: KeeperTiming;
};

/** What a keeper should do, by what it knows and nothing else. */
export function decide(situation: Situation): readonly Decision[] {
  const { record, sights } = situation;
  const writer = sights.find((sight) => sight.name === record.writer);
  if (!writer) {
    const message = `The record names ${record.writer} as the writer, which is no server of this cluster`;
    return [{ do: 'report', type: 'needs-operator', message }];
  }
  const expected = record.members[record.writer];
  if (writer.isUp && writer.view && expected !== undefined && writer.view.uuid !== expected) {
    const message = `At ${writer.address} is ${writer.view.uuid}, the record expects ${expected}`;
    return [{ do: 'report', type: 'needs-operator', message }];
  }
  return decideByPhase(situation, writer);
}

function decideByPhase(situation: Situation, writer: Sight): readonly Decision[] {
  if (situation.record.phase === 'promoting') return decidePromotion(situation, writer);
  if (!writer.isUp || !writer.view) return decideOnSilence(situation, writer);
  if (writer.view.isReadOnly || writer.view.isOffline)
    return decideOnReturn(situation, writer.view);
  if (situation.isWedged) return decideOnWedged(situation, writer);
  return decideOnStandbys(situation, writer.view);
}

/** It answers and does not finish writes, which its keeper was told to take for a loss. */
function decideOnWedged(situation: Situation, writer: Sight): readonly Decision[] {
  const listed = others(situation).filter(({ name }) => situation.record.standby.includes(name));
  const why = `${writer.name} does not finish writes`;
  return listed.length > 0 && listed.every(({ isUp }) => isUp)
    ? decideOnPromoting(situation, listed, why)
    : say('needs-operator', `${why} and no standby can take over`);
}

const others = ({ sights, record }: Situation): readonly Sight[] =>
  sights.filter((sight) => sight.name !== record.writer);

/** A promotion is always finished, unless its server died: then the former writer is still good. */
function decidePromotion(situation: Situation, target: Sight): readonly Decision[] {
  const isGood = !target.isUp || !hasForgotten(situation.record, target.name, target.view);
  if (isGood && !isDead(situation, target)) return [{ do: 'finish' }];
  const former = others(situation).find(
    ({ name, isUp }) => isUp && situation.record.standby.includes(name),
  );
  const message = `${target.name} died while it was promoted, and the former writer is not back`;
  return former
    ? [{ do: 'promote', node: former.name, why: `${target.name} died while it was promoted` }]
    : [{ do: 'report', type: 'needs-operator', message }];
}

const isRefused = ({ error }: Sight): boolean => error === 'ECONNREFUSED';

function isDead({ timing }: Situation, sight: Sight): boolean {
  if (sight.isUp) return false;
  const probes = isRefused(sight) ? 2 : timing.deadAfterProbes;
  const silenceMs = isRefused(sight) ? timing.refusedAfterMs : timing.deadAfterMs;
  return sight.failures >= probes && sight.silentMs >= silenceMs;
}

function decideOnSilence(situation: Situation, writer: Sight): readonly Decision[] {
  const { record, timing } = situation;
  const what = `${writer.name} does not answer (${writer.error})`;
  if (!isDead(situation, writer)) return say('suspect', what);

  const listed = others(situation).filter(({ name }) => record.standby.includes(name));
  const away = listed.find((sight) => !sight.isUp);
  if (listed.length === 0) return say('needs-operator', `${what} and no standby holds all commits`);
  if (away) return say('needs-operator', `${what}, nor does its standby ${away.name}`);
  if (!isRefused(writer) && !listed.every((sight) => hasLost(sight, writer, timing))) {
    return say('suspect', `${what}, but its standby still hears of it`);
  }
  return decideOnPromoting(situation, listed, what);
}

function decideOnPromoting(
  situation: Situation,
  listed: readonly Sight[],
  why: string,
): readonly Decision[] {
  const { mayPromote, sinceFailoverMs, timing } = situation;
  if (!mayPromote) return say('needs-operator', `${why}; promotion is left to an operator`);
  if (sinceFailoverMs !== null && sinceFailoverMs < timing.failoverGapMs) {
    return say('suspect', `${why}, too soon after the last failover`);
  }
  const forgetful = listed.find(({ name, view }) => hasForgotten(situation.record, name, view));
  if (forgetful) {
    return say('needs-operator', `${why}, and its standby ${forgetful.name} has restarted since`);
  }
  const best = mostAdvanced(situation, listed);
  return best
    ? [{ do: 'promote', node: best.name, why }]
    : say('needs-operator', `${why} and its standbys hold different transactions`);
}

const say = (type: 'suspect' | 'needs-operator', message: string): readonly Decision[] => [
  { do: 'report', type, message },
];

/** A second opinion, against false alarms: the standby gets nothing from the writer either. */
const hasLost = ({ view }: Sight, writer: Sight, { quietMs }: KeeperTiming): boolean =>
  view !== null &&
  (view.receiver !== 'ON' || view.quietMs > quietMs || view.sourceUuid !== writer.view?.uuid);

/**
 * The one that holds all that any other holds. Replicas of one source receive the same
 * transactions in the same order, so there always is one.
 */
function mostAdvanced(situation: Situation, listed: readonly Sight[]): Sight | undefined {
  const source = situation.record.members[situation.record.writer];
  const views = others(situation).flatMap(({ isUp, view }) =>
    isUp && view && view.sourceUuid === source ? [view] : [],
  );
  return listed.find(
    ({ view }) => view !== null && views.every((other) => containsGtids(view.held, other.held)),
  );
}

/**
 * The writer restarted faster than anybody could judge. It goes on, unless it came back without
 * something that its standby holds: then its disk has lost what it promised to keep.
 */
function decideOnReturn(situation: Situation, writer: View): readonly Decision[] {
  const { record, mayPromote } = situation;
  const ahead = others(situation).filter(
    ({ name, isUp, view }) =>
      isUp && view && record.standby.includes(name) && !containsGtids(writer.gtids, view.held),
  );
  if (ahead.length === 0) return [{ do: 'resume' }];
  const best = mostAdvanced(situation, ahead);
  const why = `${record.writer} came back without transactions that its standby holds`;
  return best && mayPromote
    ? [{ do: 'promote', node: best.name, why }]
    : [{ do: 'report', type: 'needs-operator', message: why }];
}

function decideOnStandbys(situation: Situation, writer: View): readonly Decision[] {
  const decisions = others(situation).flatMap((sight) => decideOnStandby(situation, writer, sight));
  const isAlone = !others(situation).some((sight) => isNowAttached(situation, writer, sight));
  const mayGoOnAlone = situation.durability === 'degrade' && situation.record.standby.length === 0;
  if (writer.waitsForAcknowledgement && mayGoOnAlone && isAlone) {
    decisions.push({ do: 'wait-for-acknowledgement', isOn: false });
  }
  const { failback, record } = situation;
  if (failback && failback !== record.writer && record.standby.includes(failback)) {
    decisions.push({ do: 'switchover', node: failback });
  }
  return decisions;
}

const isNowAttached = ({ timing }: Situation, writer: View, { isUp, view }: Sight): boolean =>
  isUp && view !== null && isAttached(view, writer, timing.quietMs);

function decideOnStandby(situation: Situation, writer: View, sight: Sight): Decision[] {
  const { record } = situation;
  const isListed = record.standby.includes(sight.name);
  if (isListed && sight.isUp && hasForgotten(record, sight.name, sight.view)) {
    return [{ do: 'unlist', node: sight.name }];
  }
  return isNowAttached(situation, writer, sight)
    ? decideOnAttached(situation, writer, sight)
    : decideOnDetached(situation, writer, sight);
}

function decideOnAttached({ record }: Situation, writer: View, sight: Sight): Decision[] {
  const { name, view } = sight;
  const decisions: Decision[] = [];
  const isListed = record.standby.includes(name);
  if (view && !view.isApplying) decisions.push({ do: 'start-applier', node: name });
  if (!writer.waitsForAcknowledgement) {
    // Somebody let commits go on without it: nobody knows since when.
    if (isListed) decisions.push({ do: 'unlist', node: name });
    decisions.push({ do: 'wait-for-acknowledgement', isOn: true });
  } else if (!isListed && sight.isSynchronous) {
    decisions.push({ do: 'list', node: name });
  }
  return decisions;
}

function decideOnDetached(situation: Situation, writer: View, sight: Sight): Decision[] {
  const { record, timing, durability } = situation;
  const isListed = record.standby.includes(sight.name);
  if (isListed && durability === 'degrade') {
    return sight.detachedMs > timing.standbyDownMs ? [{ do: 'unlist', node: sight.name }] : [];
  }
  const mayRejoin = sight.isUp && !sight.isBusy && !isTrying(situation, writer, sight);
  return mayRejoin ? [{ do: 'rejoin', node: sight.name }] : [];
}

/** It was told to follow the writer and will attach by itself as soon as it can. */
function isTrying({ sights, record, timing }: Situation, writer: View, { view }: Sight): boolean {
  if (!view || !isQuietReplica(view) || view.heartbeatMs > timing.quietMs / 2) return false;
  const address = sights.find((sight) => sight.name === record.writer)?.address;
  const isElsewhere = view.receiver === 'ON' && view.sourceUuid !== writer.uuid;
  return view.sourceAddress === address && !isElsewhere;
}

const isQuietReplica = ({ isReadOnly, isOffline, receiver }: View): boolean =>
  isReadOnly && !isOffline && receiver !== 'OFF';
