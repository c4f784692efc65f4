import { addDays } from '@crm/kit/day';
import {
  contactPointFor,
  needsContactPoint,
  type Channel,
  type ContactPoint,
} from '../person/contact-point.ts';
import type { Category } from '../occasion/category.ts';
import type { FatiguePolicy } from './policy.fields.ts';
import { instantOf, localTime, minutesOf } from './time-of-day.ts';

export const suppressionReasons = {
  PERSON_GONE: { zh: '联系人已删除、合并或已故', en: 'The person is gone' },
  DO_NOT_CONTACT: { zh: '拒绝该渠道', en: 'Refuses the channel' },
  NO_CONSENT: { zh: '未取得同意', en: 'No consent' },
  REFUSED: { zh: '不同意', en: 'Consent refused' },
  WITHDRAWN: { zh: '已撤回同意', en: 'Consent withdrawn' },
  NO_CONTACT_POINT: { zh: '无联系方式', en: 'No contact point' },
  ALREADY_GREETED: { zh: '该时机已关怀', en: 'Greeted for the occasion' },
  FATIGUE: { zh: '关怀过于频繁', en: 'Too much in a period' },
  BLACKOUT: { zh: '禁发日期', en: 'Blackout date' },
  QUIET_HOURS: { zh: '免打扰时段', en: 'Quiet hours' },
} as const;

type SuppressionReason = keyof typeof suppressionReasons;

/** Why nothing is sent. With `until` it may be sent from then on. */
export type Suppression = { readonly reason: SuppressionReason; readonly until: Date | null };

type QuietHours = {
  readonly from: string | null;
  readonly to: string | null;
  readonly timeZone: string | null;
};

export type ConsentDecision = {
  readonly id: string;
  readonly purpose: string;
  readonly channel: string | null;
  readonly status: string;
  readonly at: Date;
};

/** Care that a person had, or is to have. */
export type Touch = {
  readonly taskId: string;
  readonly at: Date;
  readonly category: Category;
  readonly occasionId: string | null;
  readonly occasionOn: string;
  /** Whose occasion it was, where it is of a member of the family. */
  readonly aboutId: string | null;
};

/** All that decides whether a person may be addressed. */
export type SuppressionFacts = {
  readonly personId: string;
  readonly isGone: boolean;
  readonly contactPoints: readonly ContactPoint[];
  readonly preferredChannels: readonly string[];
  readonly doNotContact: readonly string[];
  readonly quietHours: QuietHours | null;
  /** All decisions of the person, in no order. */
  readonly consents: readonly ConsentDecision[];
  readonly touches: readonly Touch[];
  /** The active ones of the company. */
  readonly policies: readonly Pick<
    FatiguePolicy,
    'blackouts' | 'category' | 'maxTouches' | 'onePerOccasion' | 'periodDays' | 'quietHours'
  >[];
};

/** What is to be sent. */
export type Wanted = {
  /** That of the task, which does not stand in its own way; null when there is none yet. */
  readonly taskId: string | null;
  readonly at: Date;
  readonly purpose: string;
  readonly category: Category;
  readonly occasionId: string | null;
  readonly occasionOn: string;
  readonly aboutId: string | null;
};

type On = Wanted & { readonly channel: Channel };

/** Whether something stands against it: what is for good first, then what passes. */
export const suppressionOf = (facts: SuppressionFacts, on: On): Suppression | null =>
  personSuppression(facts, on) ??
  touchSuppression(facts, on) ??
  blackoutSuppression(facts, on) ??
  quietSuppression(facts, on);

const never = (reason: SuppressionReason): Suppression => ({ reason, until: null });

function personSuppression(facts: SuppressionFacts, on: On): Suppression | null {
  if (facts.isGone) return never('PERSON_GONE');
  if (facts.doNotContact.includes(on.channel)) return never('DO_NOT_CONTACT');
  const decision = decisionOn(facts.consents, on);
  if (decision === null) return never('NO_CONSENT');
  if (decision.status === 'WITHDRAWN') return never('WITHDRAWN');
  if (decision.status !== 'GRANTED') return never('REFUSED');
  const isUnreachable =
    needsContactPoint(on.channel) && contactPointFor(facts.contactPoints, on.channel) === null;
  return isUnreachable ? never('NO_CONTACT_POINT') : null;
}

/** The latest decision that is about a channel: one for all channels is about each. */
function decisionOn(
  consents: readonly ConsentDecision[],
  { purpose, channel }: Pick<On, 'channel' | 'purpose'>,
): ConsentDecision | null {
  const about = consents.filter(
    (each) => each.purpose === purpose && (each.channel === null || each.channel === channel),
  );
  return about.reduce<ConsentDecision | null>(
    (latest, each) => (latest === null || isLater(each, latest) ? each : latest),
    null,
  );
}

/** Ids are made in the order of time, so they decide between decisions of one moment. */
const isLater = (one: ConsentDecision, other: ConsentDecision): boolean =>
  one.at.getTime() - other.at.getTime() > 0 ||
  (one.at.getTime() === other.at.getTime() && one.id > other.id);

const dayMs = 86_400_000;

function touchSuppression(facts: SuppressionFacts, on: On): Suppression | null {
  const others = facts.touches.filter(({ taskId }) => taskId !== on.taskId);
  const policies = policiesFor(facts, on);
  const isGreeted = others.some((touch) => isOfOccasion(touch, on));
  if (isGreeted && policies.some(({ onePerOccasion }) => onePerOccasion)) {
    return never('ALREADY_GREETED');
  }
  const isTired = policies.some(({ maxTouches, periodDays, category }) => {
    if (maxTouches === null || periodDays === null) return false;
    const from = on.at.getTime() - periodDays * dayMs;
    const counted = others.filter(
      ({ at, category: of }) =>
        at.getTime() > from &&
        at.getTime() <= on.at.getTime() &&
        (category === null || of === category),
    );
    return counted.length >= maxTouches;
  });
  return isTired ? never('FATIGUE') : null;
}

const policiesFor = ({ policies }: SuppressionFacts, { category }: On) =>
  policies.filter((policy) => policy.category === null || policy.category === category);

const isOfOccasion = (touch: Touch, { occasionId, occasionOn, aboutId }: On): boolean =>
  occasionId !== null &&
  touch.occasionId === occasionId &&
  touch.occasionOn === occasionOn &&
  touch.aboutId === aboutId;

export const companyTimeZone = 'Asia/Shanghai';

function blackoutSuppression(facts: SuppressionFacts, on: On): Suppression | null {
  const { date } = localTime(on.at, companyTimeZone);
  const found = policiesFor(facts, on)
    .flatMap(({ blackouts }) => blackouts ?? [])
    .filter(({ from, to }) => from <= date && date <= to);
  const last = found
    .map(({ to }) => to)
    .toSorted()
    .at(-1);
  if (last === undefined) return null;
  return { reason: 'BLACKOUT', until: instantOf(addDays(last, 1), '00:00', companyTimeZone) };
}

/** Those of the person and those of the company; the one that ends last holds. */
function quietSuppression(facts: SuppressionFacts, on: On): Suppression | null {
  const all = [facts.quietHours, ...policiesFor(facts, on).map(({ quietHours }) => quietHours)];
  const ends = all.flatMap((hours) => endOfQuiet(hours, on.at) ?? []);
  const until = ends.toSorted((one, other) => one.getTime() - other.getTime()).at(-1);
  return until ? { reason: 'QUIET_HOURS', until } : null;
}

/** When quiet hours end in which an instant lies; null when it lies in none. They may go over midnight. */
function endOfQuiet(hours: QuietHours | null, at: Date): Date | null {
  if (hours === null || hours.from === null || hours.to === null) return null;
  const timeZone = hours.timeZone ?? companyTimeZone;
  const { date, minutes } = localTime(at, timeZone);
  const day = dayOfEnd(minutes, { from: minutesOf(hours.from), to: minutesOf(hours.to) });
  return day === null ? null : instantOf(addDays(date, day), hours.to, timeZone);
}

type Minutes = { readonly from: number; readonly to: number };

/** 0 when they end today, 1 when tomorrow; null outside of them. */
function dayOfEnd(minutes: number, { from, to }: Minutes): 0 | 1 | null {
  if (from < to) return minutes >= from && minutes < to ? 0 : null;
  if (minutes >= from) return 1;
  return minutes < to ? 0 : null;
}

type ChannelChoice = {
  readonly channel: Channel;
  readonly suppression: Suppression | null;
};

/**
 * The first channel by which somebody may be addressed, those that the person prefers before the
 * others; what only has to wait is better than another channel that is refused. Null without any.
 */
export function chooseChannel(
  facts: SuppressionFacts,
  wanted: Wanted,
  channels: readonly Channel[],
): ChannelChoice | null {
  const choices = inOrder(channels, facts.preferredChannels).map((channel) => ({
    channel,
    suppression: suppressionOf(facts, { ...wanted, channel }),
  }));
  return (
    choices.find(({ suppression }) => suppression === null) ??
    choices.find(({ suppression }) => suppression?.until) ??
    choices[0] ??
    null
  );
}

const inOrder = (
  channels: readonly Channel[],
  preferred: readonly string[],
): readonly Channel[] => [
  ...preferred.flatMap((name) => channels.filter((channel) => channel === name)),
  ...channels.filter((channel) => !preferred.includes(channel)),
];
