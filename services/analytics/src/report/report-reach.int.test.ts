import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { Viewer } from '@crm/kit/viewer';
import { AccessGranted } from '@crm/schemas/events/access';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf, ordered } from '../testing/events.ts';

/** Whoever reaches few of many: pages of them are found in another way than those of all. */
const customers = Array.from({ length: 240 }, () => newId());
const [rep, boss, team, otherTeam] = [newId(), newId(), newId(), newId()];
const levels = ['KEY', 'REGULAR', 'SMALL'];

let analytics: TestAnalytics;

/** One in twelve is of the rep, one in eight of the team, and some of both; the rest is the boss's. */
const ownerOf = (at: number): string => (at % 12 === 0 ? rep : boss);
const teamOf = (at: number): string => (at % 8 === 0 ? team : otherTeam);

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    ...customers.map((id, at) =>
      created(id, {
        name: `客户 ${(at * 7) % 50}`,
        level: levels[at % 3] ?? null,
        ownerId: ownerOf(at),
        teamId: teamOf(at),
      }),
    ),
    // Few different sums, so that the id decides; every fifth customer has a second currency.
    ...customers.flatMap((id, at) => [
      ordered(id, `${(at * 13) % 40}.00`),
      ...(at % 5 === 0 ? [ordered(id, '7.00', { currency: 'USD' })] : []),
    ]),
    ...customers
      .filter((_, at) => at % 60 === 5)
      .map((id) =>
        eventOf(
          AccessGranted,
          { id: newId(), customerId: id },
          { resourceId: id, granteeId: rep, access: 'READ', expiresAt: null },
        ),
      ),
  ]);
});
afterAll(() => analytics.stop());

const asRep: Partial<Viewer> = { roles: ['rep'], staffId: rep, teamIds: [team] };
const asPartner: Partial<Viewer> = { roles: ['partner'], staffId: rep, teamIds: [] };
const reaches = {
  rep: (at: number): boolean => at % 12 === 0 || at % 8 === 0 || at % 60 === 5,
  partner: (at: number): boolean => at % 12 === 0 || at % 60 === 5,
};

const REPORT = `query ($where: CustomerReportWhere, $orderBy: [OrderBy!], $first: Int, $after: String, $currency: String) {
  customerReport(where: $where, orderBy: $orderBy, first: $first, after: $after, currency: $currency) {
    totalCount pageInfo { hasNextPage endCursor } nodes { customer { id } orderAmount { amount currency } } } }`;

type Asked = { readonly where?: object; readonly orderBy?: object; readonly currency?: string };
type Page = {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly {
    readonly customer: { readonly id: string };
    readonly orderAmount: { readonly amount: string; readonly currency: string };
  }[];
};

async function pagesOf(
  asked: Asked,
  viewer: Partial<Viewer>,
  first: number,
): Promise<{ readonly ids: readonly string[]; readonly totalCount: number }> {
  const ids: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { data, errors } = await analytics.subgraph.execute(
      REPORT,
      { ...asked, first, after },
      { viewer },
    );
    expect(errors).toBeUndefined();
    const page: Page = Object(data?.['customerReport']);
    ids.push(...page.nodes.map(({ customer }) => customer.id));
    if (!page.pageInfo.hasNextPage) return { ids, totalCount: page.totalCount };
    after = page.pageInfo.endCursor;
  }
}

const questions: readonly Asked[] = [
  {},
  { orderBy: [{ field: 'orderAmount', direction: 'DESC' }] },
  { orderBy: [{ field: 'orderAmount' }], where: { level: { eq: 'KEY' } } },
  { orderBy: [{ field: 'name' }] },
  { orderBy: [{ field: 'name', direction: 'DESC' }], where: { orderAmount: { gt: '10' } } },
  { orderBy: [{ field: 'level' }, { field: 'overdue' }] },
  { orderBy: [{ field: 'orderAmount' }], currency: 'USD' },
  { where: { level: { eq: 'SMALL' }, orderAmount: { eq: '39' } }, orderBy: [{ field: 'name' }] },
];

describe('a report over everything by who reaches some of it', () => {
  test.each(questions)('has what all have of theirs, in the same order: %j', async (asked) => {
    const all = (await pagesOf(asked, { roles: ['admin'] }, 100)).ids;
    for (const [viewer, isReached] of [
      [asRep, reaches.rep],
      [asPartner, reaches.partner],
    ] as const) {
      const wanted = all.filter((id) => isReached(customers.indexOf(id)));
      for (const first of [1, 4, 50]) {
        const found = await pagesOf(asked, viewer, first);
        expect(found).toEqual({ ids: wanted, totalCount: wanted.length });
      }
    }
    expect(all.length).toBeGreaterThan(0);
  });
});
