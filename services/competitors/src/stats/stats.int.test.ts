import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { eventOf } from '@crm/kit/testing/events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CustomerCreated } from '@crm/schemas/events/customer';
import { CustomerRelationEstablished } from '@crm/schemas/events/customer-relation';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import {
  addCustomer,
  apply,
  customerData,
  eventsOf,
  tellOpportunity,
} from '../testing/customers.ts';

let competitors: TestCompetitors;
let rivals: readonly string[];

beforeAll(async () => {
  competitors = await testCompetitors();
  rivals = await Promise.all(
    ['甲', '乙', '丙'].map((name) => competitors.create({ name, code: name })),
  );
});
afterAll(() => competitors.stop());

type Contest = {
  readonly customerId?: string;
  readonly status?: 'ABANDONED' | 'LOST' | 'OPEN' | 'WON';
  readonly closedOn?: string | null;
  readonly amount?: { readonly amount: string; readonly currency: string } | null;
  readonly salespersonId?: string;
  readonly rivals: readonly string[];
};

async function contest({ rivals: named, customerId, ...given }: Contest): Promise<string> {
  const of = customerId ?? (await addCustomer(competitors.db));
  const opportunityId = await tellOpportunity(competitors.db, of, given);
  for (const competitorId of named) {
    await competitors.made('addCompetitorToOpportunity', {
      opportunityId,
      competitorId,
      since: '2026-01-15',
    });
  }
  return opportunityId;
}

const stats = async (args: string, viewing = {}): Promise<unknown> => {
  const { data, errors } = await competitors.execute(
    `{ competitorStats${args} { rows { competitor { name } period contested open won lost lostToIt
      winRate wonAmounts { amount currency } lostAmounts { amount } } } }`,
    {},
    viewing,
  );
  expect(errors).toBeUndefined();
  return Reflect.get(Object(data?.['competitorStats']), 'rows');
};

describe('an opportunity with three competitors', () => {
  test('that one of them wins counts once for each in the win rate (scenario 19)', async () => {
    const closed = { closedOn: '2026-05-20' };
    const lost = await contest({ status: 'LOST', ...closed, rivals });
    await contest({ status: 'WON', closedOn: '2026-08-01', rivals: rivals.slice(0, 1) });
    await contest({ status: 'OPEN', rivals: rivals.slice(0, 1) });
    // Losing without naming a winner is allowed.
    await contest({ status: 'LOST', ...closed, rivals: rivals.slice(1, 2) });
    const review = { opportunityId: lost, winnerId: rivals[1], reasons: ['PRICE'] };
    expect(await competitors.refusal('reviewWinLoss', review)).toEqual(['NONE']);

    expect(await stats('')).toMatchObject([
      { competitor: { name: '甲' }, contested: 3, open: 1, won: 1, lost: 1, winRate: '0.5000' },
      { competitor: { name: '乙' }, contested: 2, won: 0, lost: 2, lostToIt: 1, winRate: '0.0000' },
      { competitor: { name: '丙' }, contested: 1, won: 0, lost: 1, lostToIt: 0, winRate: '0.0000' },
    ]);
    expect(await stats('(groupBy: [QUARTER], competitorIds: ["' + rivals[0] + '"])')).toMatchObject(
      [
        { period: '2026-07-01', won: 1, wonAmounts: [{ amount: '100000.00', currency: 'CNY' }] },
        { period: '2026-04-01', lost: 1, lostAmounts: [{ amount: '100000.00' }] },
        { period: '2026-01-01', open: 1, winRate: null },
      ],
    );
    expect(await stats('(from: "2026-07-01", to: "2026-09-30")')).toMatchObject([
      { competitor: { name: '甲' }, contested: 1, won: 1 },
    ]);
    const { data } = await competitors.execute(
      `query ($id: ID!) { competitor(id: $id) { winRate stats { contested } } }`,
      { id: rivals[0] },
    );
    expect(data?.['competitor']).toEqual({ winRate: '0.5000', stats: { contested: 3 } });
  });

  test('counts amounts by currency, and what nobody may read not at all', async () => {
    const salespersonId = newId();
    const one = await competitors.create({ name: '币' });
    const won = { status: 'WON', closedOn: '2025-01-02', rivals: [one], salespersonId } as const;
    await contest({ ...won, amount: { amount: '5.00', currency: 'USD' } });
    await contest({ ...won, amount: { amount: '7.00', currency: 'CNY' } });
    await contest({ ...won, amount: null });
    const args = `(competitorIds: ["${one}"], ownerIds: ["${salespersonId}"], groupBy: [OWNER])`;
    expect(await stats(args)).toMatchObject([
      {
        contested: 3,
        won: 3,
        wonAmounts: [
          { amount: '7.00', currency: 'CNY' },
          { amount: '5.00', currency: 'USD' },
        ],
      },
    ]);
    expect(await stats(args, as('rep'))).toEqual([]);
    const { errors } = await competitors.execute(
      '{ competitorStats(groupBy: [MONTH, YEAR]) { hasMore } }',
    );
    expect(errors?.[0]?.extensions?.['code']).toBe('INVALID');
  });
});

test('the newest periods come first, however far back they are', async () => {
  const one = await competitors.create({ name: '长跑' });
  const salespersonId = newId();
  for (const closedOn of ['2026-08-01', '2025-05-20', '2016-02-29', '1999-12-31']) {
    await contest({ status: 'WON', closedOn, salespersonId, rivals: [one] });
  }
  for (const [period, starts] of [
    ['MONTH', ['2026-08-01', '2025-05-01', '2016-02-01', '1999-12-01']],
    ['QUARTER', ['2026-07-01', '2025-04-01', '2016-01-01', '1999-10-01']],
    ['YEAR', ['2026-01-01', '2025-01-01', '2016-01-01', '1999-01-01']],
  ] as const) {
    const args = `ownerIds: ["${salespersonId}"], groupBy: [${period}]`;
    const expected = starts.map((start) => ({ period: start, won: 1 }));
    for (const first of [1, 2, 3, 4, 5]) {
      expect(await stats(`(${args}, first: ${first})`)).toMatchObject(expected.slice(0, first));
    }
    expect(await stats(`(${args}, from: "2016-02-01", to: "2026-01-01")`)).toMatchObject(
      expected.slice(1, 3),
    );
  }
});

describe('reviewWinLoss', () => {
  test('names the winner, who is WON from then on, and says why', async () => {
    const opportunityId = await contest({ status: 'LOST', closedOn: '2026-05-20', rivals });
    const input = {
      opportunityId,
      winnerId: rivals[2],
      reasons: ['PRICE', 'DELIVERY'],
      priceGap: { amount: '2000.00', currency: 'CNY' },
      decisivePeople: [newId()],
      lessons: '早介入',
    };
    const id = await competitors.made('reviewWinLoss', input);
    // Saying so again is no other review.
    expect(await competitors.made('reviewWinLoss', { ...input, lessons: '更早' })).toBe(id);
    const { data, errors } = await competitors.execute(
      `query ($r: [_Any!]!, $id: ID!) {
        _entities(representations: $r) { ... on Opportunity {
          winLossReview { outcome winner { name } reasons { code label } lessons priceGap { amount } }
          competition(where: { standing: { eq: WON } }) { nodes { competitor { name } } } } }
        winLossReasons(competitorId: $id) { reason { code } won lost } }`,
      { r: [{ __typename: 'Opportunity', id: opportunityId }], id: rivals[2] },
    );
    expect(errors).toBeUndefined();
    expect(data?.['_entities']).toMatchObject([
      {
        winLossReview: {
          outcome: 'LOST',
          winner: { name: '丙' },
          reasons: [{ code: 'PRICE', label: '价格' }, { code: 'DELIVERY' }],
          lessons: '更早',
        },
        competition: { nodes: [{ competitor: { name: '丙' } }] },
      },
    ]);
    expect(data?.['winLossReasons']).toContainEqual({
      reason: { code: 'DELIVERY' },
      won: 0,
      lost: 1,
    });
    expect(await eventsOf(competitors.db, id)).toEqual(['winloss.reviewed', 'winloss.reviewed']);
  });

  test.each([
    ['of what is open', 'OPEN', {}, ['RULE_VIOLATION']],
    ['without a reason', 'LOST', { reasons: [] }, ['INVALID', 'reasons']],
    ['with a reason that is none', 'LOST', { reasons: ['LUCK'] }, ['INVALID', 'reasons']],
    [
      'with a gap in another currency',
      'LOST',
      { priceGap: { amount: '1.00', currency: 'USD' } },
      ['INVALID', 'priceGap.currency'],
    ],
    ['with a winner who is not there', 'LOST', { winnerId: 2 }, ['INVALID', 'winnerId']],
    ['with a winner of what we won', 'WON', { winnerId: 0 }, ['INVALID', 'winnerId']],
  ] as const)('is refused %s', async (_, status, changes, expected) => {
    const closedOn = status === 'OPEN' ? null : '2026-05-20';
    const opportunityId = await contest({ status, closedOn, rivals: rivals.slice(0, 2) });
    const winner = 'winnerId' in changes ? { winnerId: rivals[changes.winnerId] } : {};
    const input = { opportunityId, reasons: ['PRICE'], ...changes, ...winner };
    expect(await competitors.refusal('reviewWinLoss', input)).toEqual(expected);
  });

  test('is refused to name another winner than the one that is known', async () => {
    const opportunityId = await contest({
      status: 'LOST',
      closedOn: '2026-05-20',
      rivals: rivals.slice(0, 1),
    });
    const input = { opportunityId, competitorId: rivals[1], standing: 'WON' };
    await competitors.made('addCompetitorToOpportunity', input);
    const review = { opportunityId, reasons: ['PRICE'], winnerId: rivals[0] };
    expect(await competitors.refusal('reviewWinLoss', review)).toEqual(['INVALID', 'winnerId']);
  });
});

const addIn = async (industry: string): Promise<string> => {
  const id = newId();
  const data = { ...customerData, industry };
  await apply(competitors.db, [eventOf(CustomerCreated, { id, customerId: id }, data)]);
  return id;
};

describe('competitiveLandscape', () => {
  const LANDSCAPE = `query ($where: LandscapeWhere!) { competitiveLandscape(where: $where) {
    competitors { competitor { name } customers contested won lost winRate
      products { name } lastMove { title kind } } } }`;

  test('shows who competes in a segment, in three statements', async () => {
    const [one, other, outside] = [await addIn('MINING'), await addIn('MINING'), await addIn('IT')];
    const competitorId = await competitors.create({ name: '矿业对手' });
    const product = { competitorId, name: '掘进机' };
    const productId = await competitors.made('saveCompetitorProduct', product);
    for (const customerId of [one, other, outside]) {
      const opportunityId = await tellOpportunity(competitors.db, customerId, {
        status: customerId === one ? 'WON' : 'LOST',
        closedOn: '2026-06-01',
      });
      const input = { opportunityId, competitorId, productIds: [productId] };
      await competitors.made('addCompetitorToOpportunity', input);
    }
    const move = { competitorId, kind: 'PROMOTION', title: '降价一成', occurredOn: '2026-11-01' };
    await competitors.made('logCompetitorActivity', move);
    const read = (where: object, viewing = {}) =>
      competitors.execute(LANDSCAPE, { where }, viewing);
    const expected = {
      competitors: [
        {
          competitor: { name: '矿业对手' },
          customers: 2,
          contested: 2,
          won: 1,
          lost: 1,
          winRate: '0.5000',
          products: [{ name: '掘进机' }],
          lastMove: { title: '降价一成', kind: 'PROMOTION' },
        },
      ],
    };
    const statements = await countStatements(competitors.db, async () => {
      const { data, errors } = await read({ industries: ['MINING'] });
      expect(errors).toBeUndefined();
      expect(data?.['competitiveLandscape']).toEqual(expected);
    });
    expect(statements).toBe(3);
    const { data } = await read({ customerIds: [one, other] });
    expect(data?.['competitiveLandscape']).toEqual(expected);
    const hidden = await read({ industries: ['MINING'] }, as('rep'));
    expect(hidden.data?.['competitiveLandscape']).toEqual({ competitors: [] });
  });
});

describe('channels', () => {
  test('show the end users of a distributor, what was sold there and whom we met', async () => {
    const [distributor, user] = [
      await addCustomer(competitors.db),
      await addCustomer(competitors.db),
    ];
    const relation = {
      type: 'SUPPLIES',
      fromId: distributor,
      fromKind: 'CUSTOMER',
      toId: user,
      toKind: 'CUSTOMER',
      validFrom: null,
      validTo: null,
    } as const;
    await apply(competitors.db, [
      eventOf(CustomerRelationEstablished, { id: newId(), customerId: distributor }, relation),
    ]);
    await contest({
      customerId: user,
      status: 'WON',
      closedOn: '2026-06-01',
      rivals: rivals.slice(0, 1),
    });
    const CHANNELS = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer {
      channel { endUserCount endUsers { id } won winRate wonAmounts { amount }
        competitors { competitor { name } customers won } } } } channels { channels { distributor { id } } } }`;
    const r = [distributor, user].map((id) => ({ __typename: 'Customer', id }));
    const { data, errors } = await competitors.execute(CHANNELS, { r });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      _entities: [
        {
          channel: {
            endUserCount: 1,
            endUsers: [{ id: user }],
            won: 1,
            winRate: '1.0000',
            wonAmounts: [{ amount: '100000.00' }],
            competitors: [{ competitor: { name: '甲' }, customers: 1, won: 1 }],
          },
        },
        { channel: null },
      ],
      channels: { channels: [{ distributor: { id: distributor } }] },
    });
    const hidden = await competitors.execute(CHANNELS, { r }, as('rep'));
    expect(hidden.data).toMatchObject({
      _entities: [{ channel: null }, { channel: null }],
      channels: { channels: [] },
    });
  });
});
