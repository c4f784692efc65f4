import { sleep, until } from '../mesh/wait.ts';
import { judgeHistory, type History, type Versions } from './history.ts';
import { startSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts';

/** Many who follow the same. */
export type Fleet = {
  readonly subscribers: readonly Subscriber[];
  /** False when some have not come to the end of the feed in time. */
  readonly untilLive: (forMs: number) => Promise<boolean>;
  /** How often the server took a connection since a moment, in the busiest second. */
  readonly acceptedMax: (since: number) => number;
  readonly end: () => void;
};

/** Of one subject of a token; a gateway takes a thousand connections of each. */
const perSubject = 300;
const openedAtOnce = 20;
const openEveryMs = 100;

/** `tokens` gives one for each few hundred: `perSubject` of them share a subject. */
export async function startFleet(
  count: number,
  options: Omit<SubscriberOptions, 'token'>,
  tokens: readonly string[],
): Promise<Fleet> {
  const subscribers: Subscriber[] = [];
  for (let at = 0; at < count; at += 1) {
    const token = tokens[at % tokens.length] ?? '';
    subscribers.push(startSubscriber({ ...options, token: () => token }));
    if (subscribers.length % openedAtOnce === 0) await sleep(openEveryMs);
  }
  return {
    subscribers,
    untilLive: (forMs) => until(() => subscribers.every(({ isLive }) => isLive()), { forMs }),
    acceptedMax: (since) =>
      busiestSecond(
        subscribers.flatMap(({ acceptedAt }) => acceptedAt),
        since,
      ),
    end: () => {
      for (const { end } of subscribers) end();
    },
  };
}

/** How many subjects so many connections need. */
export const subjectsFor = (count: number): number => Math.ceil(count / perSubject);

/** How many of the moments after `since` lie within one second at most. */
export function busiestSecond(moments: readonly number[], since: number): number {
  const sorted = moments.filter((at) => at >= since).toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

export type FleetHistory = History & { readonly subscribers: number };

/** Everything that was told to all of them, added up. */
export function judgeFleet(
  subscribers: readonly Subscriber[],
  truth: ReadonlyMap<string, Versions>,
): FleetHistory {
  const all = subscribers.map(({ told }) => judgeHistory(told, truth));
  const sum = (key: keyof History): number => all.reduce((total, each) => total + each[key], 0);
  return {
    subscribers: subscribers.length,
    missing: sum('missing'),
    misplaced: sum('misplaced'),
    repeated: sum('repeated'),
    doubled: sum('doubled'),
    gaps: sum('gaps'),
    overflows: sum('overflows'),
  };
}

/** Waits until nobody misses anything any more, and judges. */
export async function untilWhole(
  subscribers: readonly Subscriber[],
  truth: ReadonlyMap<string, Versions>,
  forMs: number,
): Promise<FleetHistory> {
  let history = judgeFleet(subscribers, truth);
  await until(
    () => {
      history = judgeFleet(subscribers, truth);
      return history.missing === 0;
    },
    { forMs, everyMs: 500 },
  );
  return history;
}
