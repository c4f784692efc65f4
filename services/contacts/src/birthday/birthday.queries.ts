import type { RequestContext } from '@crm/kit/context';
import { addDays } from '@crm/kit/day';
import { forbidden } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import { disclosureOf } from '@crm/kit/record/disclosure';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { readingOf } from '@crm/kit/record/policy';
import { celebrantsOf, celebrantsOn, relativesOf } from './birthday.repository.ts';
import {
  compare,
  cursorOf,
  inOrder,
  readCursor,
  refuseDays,
  upcomingOf,
  type Celebrant,
  type Place,
  type UpcomingBirthday,
} from './birthday.ts';

type Args = {
  readonly withinDays: number;
  readonly ownerId?: string | null;
  readonly customerId?: string | null;
  readonly includeFamily: boolean;
  readonly first?: number | null;
  readonly after?: string | null;
};

/** Nobody needs the number of all, which would cost as much as reading them. */
export type UpcomingBirthdays = Omit<Connection<UpcomingBirthday>, 'totalCount'>;

/** The birthdays that come next, by day, in both calendars. */
export async function upcomingBirthdays(
  context: RequestContext,
  args: Args,
): Promise<UpcomingBirthdays> {
  refuseDays(args.withinDays);
  if (readingOf(context.viewer, 'PERSONAL') !== 'read')
    throw forbidden('You may not use birthdays');
  const size = pageSize(context, args);
  const after = args.after ? readCursor(args.after) : null;
  const window = { today: companyDate(context.app.now()), withinDays: args.withinDays };
  const celebrants = await celebrantsFor(context, args, { ...window, after, limit: size + 1 });
  const upcoming = inOrder(celebrants.flatMap((each) => upcomingOf(each, window) ?? [])).filter(
    (each) => after === null || compare(each, after) > 0,
  );
  const page = pageOf(upcoming, { size, isFirst: after === null });
  for (const { personId } of page.nodes.filter(({ isMinor }) => isMinor)) {
    disclosureOf(context).tell('Person', personId, 'birthday');
  }
  return page;
}

async function celebrantsFor(
  context: RequestContext,
  { ownerId = null, customerId = null, includeFamily }: Args,
  wanted: Wanted,
): Promise<Celebrant[]> {
  const circle = { ownerId, customerId };
  const own = await (customerId === null
    ? nextCelebrants(context, ownerId, wanted)
    : celebrantsOf(context, circle));
  const isCircle = ownerId !== null || customerId !== null;
  return includeFamily && isCircle ? [...own, ...(await relativesOf(context, circle))] : own;
}

type Wanted = {
  readonly today: string;
  readonly withinDays: number;
  readonly after: Place | null;
  readonly limit: number;
};

/** The first days fill most pages; the others are asked for when they do not, a month at a time. */
const daysAtOnce = [2, 31] as const;

async function nextCelebrants(
  context: RequestContext,
  ownerId: string | null,
  { today, withinDays, after, limit }: Wanted,
): Promise<Celebrant[]> {
  const first = after === null || after.on < today ? today : after.on;
  const last = addDays(today, withinDays);
  const found: Celebrant[] = [];
  let from = first;
  let step = 0;
  while (from <= last && found.length < limit) {
    const days: string[] = [];
    const count = daysAtOnce[Math.min(step, daysAtOnce.length - 1)] ?? 1;
    for (let at = 0; at < count && addDays(from, at) <= last; at++) days.push(addDays(from, at));
    found.push(
      ...(await celebrantsOn(context, { days, after, limit: limit - found.length, ownerId })),
    );
    from = addDays(from, count);
    step += 1;
  }
  return found;
}

function pageOf(
  upcoming: readonly UpcomingBirthday[],
  { size, isFirst }: { readonly size: number; readonly isFirst: boolean },
): UpcomingBirthdays {
  const nodes = upcoming.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: upcoming.length > size,
      hasPreviousPage: !isFirst,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
