import type { RequestContext } from '@crm/kit/context';
import { addDays } from '@crm/kit/day';
import { forbidden } from '@crm/kit/errors';
import { companyDate } from '@crm/kit/record/criteria';
import { disclosureOf } from '@crm/kit/record/disclosure';
import { pageSize, type Connection } from '@crm/kit/record/page';
import { ownersRead, readingOf } from '@crm/kit/record/policy';
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

/** Everybody's are read by the page, those of a circle are few. */
async function celebrantsFor(
  context: RequestContext,
  { ownerId = null, customerId = null, includeFamily }: Args,
  wanted: Wanted,
): Promise<Celebrant[]> {
  const isNamed = ownerId !== null || customerId !== null;
  const own = isNamed ? null : ownersRead(context.viewer);
  if (!isNamed && own === null) return nextCelebrants(context, wanted);
  const circle = { ownerId, customerId, own };
  const days = daysFrom(wanted.today, wanted.withinDays + 1);
  return [
    ...(await celebrantsOf(context, circle, days)),
    ...(includeFamily ? await relativesOf(context, circle, days) : []),
  ];
}

const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => addDays(first, at));

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
  { today, withinDays, after, limit }: Wanted,
): Promise<Celebrant[]> {
  const all = daysFrom(today, withinDays + 1).filter((on) => after === null || on >= after.on);
  const found: Celebrant[] = [];
  for (let at = 0, step = 0; at < all.length && found.length < limit; step += 1) {
    const days = all.slice(at, at + (daysAtOnce[Math.min(step, 1)] ?? 1));
    found.push(...(await celebrantsOn(context, { days, after, limit: limit - found.length })));
    at += days.length;
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
