import { newId } from '@crm/kit/id';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventOf } from '@crm/kit/testing/events';
import { ProductUpserted } from '@crm/schemas/events/product';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, addStaff, apply, eventsOf, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const make = (mutation: string, input: object, viewing = {}): Promise<string> =>
  competitors.made(mutation, input, viewing);

const READ = `query ($id: ID!) { competitor(id: $id) { id name region flagshipProducts
  products { nodes { name } } activities { nodes { title } } intelligence { nodes { title } }
  opportunities(orderBy: [{ field: "standing", direction: ASC }]) {
    nodes { standing quotedPrice { amount } note countermeasures { nodes { action } } } } } }`;

describe('mergeCompetitors', () => {
  test('makes one of two: records follow, and of two on an opportunity one stays', async () => {
    const survivorId = await competitors.create({ name: '华创智能', flagshipProducts: ['伺服'] });
    const mergedId = await competitors.create({
      name: '华创智能装备',
      code: 'HC-OLD',
      region: '华东',
      flagshipProducts: ['机器人'],
    });
    const customerId = await addCustomer(competitors.db);
    const [both, one] = [
      await tellOpportunity(competitors.db, customerId, { status: 'LOST', closedOn: '2026-05-01' }),
      await tellOpportunity(competitors.db, customerId),
    ];
    const add = (input: object) => make('addCompetitorToOpportunity', input);
    const own = await add({ opportunityId: both, competitorId: survivorId, note: '一' });
    const quotedPrice = { amount: '88.00', currency: 'CNY' };
    const folded = { opportunityId: both, competitorId: mergedId, standing: 'WON', quotedPrice };
    const other = await add(folded);
    await add({ opportunityId: one, competitorId: mergedId });
    await make('planCountermeasure', {
      opportunityCompetitorId: other,
      action: '复盘',
      ownerId: await addStaff(competitors.db),
      dueOn: '2099-01-01',
    });
    for (const competitorId of [survivorId, mergedId]) {
      await make('saveCompetitorProduct', { competitorId, name: 'HC-200' });
    }
    const activity = { competitorId: mergedId, kind: 'BID', title: '投标' };
    await make('logCompetitorActivity', activity);
    const item = { subject: 'COMPETITOR', competitorId: mergedId, title: '建厂', source: '日报' };
    await make('recordIntelligence', item);

    const merge = { survivorId, mergedIds: [mergedId] };
    expect(await competitors.refusal('mergeCompetitors', merge, as('rep'))).toEqual(['FORBIDDEN']);
    expect(await competitors.refusal('mergeCompetitors', merge)).toEqual(['NONE']);

    // Its old id means the survivor.
    const { data, errors } = await competitors.execute(READ, { id: mergedId });
    expect(errors).toBeUndefined();
    expect(data?.['competitor']).toEqual({
      id: survivorId,
      name: '华创智能',
      region: '华东',
      flagshipProducts: ['伺服', '机器人'],
      products: {
        nodes: expect.arrayContaining([{ name: 'HC-200' }, { name: 'HC-200 (HC-OLD)' }]),
      },
      activities: { nodes: [{ title: '投标' }] },
      intelligence: { nodes: [{ title: '建厂' }] },
      opportunities: {
        nodes: [
          { standing: 'ACTIVE', quotedPrice: null, note: null, countermeasures: { nodes: [] } },
          {
            standing: 'WON',
            quotedPrice: { amount: '88.00' },
            note: '一',
            countermeasures: { nodes: [{ action: '复盘' }] },
          },
        ],
      },
    });
    expect(await eventsOf(competitors.db, mergedId)).toEqual([
      'competitor.created',
      'competitor.merged',
    ]);
    expect(await eventsOf(competitors.db, other)).toEqual([
      'opportunitycompetitor.added',
      'opportunitycompetitor.removed',
    ]);
    expect(await eventsOf(competitors.db, own)).toContain('opportunitycompetitor.standing_changed');
    expect(await competitors.refusal('mergeCompetitors', merge)).toEqual(['RULE_VIOLATION']);
    const again = { opportunityId: one, competitorId: survivorId };
    expect(await competitors.refusal('addCompetitorToOpportunity', again)).toEqual([
      'DUPLICATE',
      'competitorId',
    ]);
  });

  test.each([
    ['nobody', () => [], ['INVALID', 'mergedIds']],
    ['itself', (id: string) => [id], ['RULE_VIOLATION']],
    ['one that is none', () => [newId()], ['NOT_FOUND']],
  ] as const)('refuses to merge %s', async (_, mergedIds, expected) => {
    const survivorId = await competitors.create({ name: '唯一' });
    const input = { survivorId, mergedIds: mergedIds(survivorId) };
    expect(await competitors.refusal('mergeCompetitors', input)).toEqual(expected);
  });
});

const price = (amount: string, currency = 'CNY') => ({ amount, currency });

describe('prices and comparisons', () => {
  test('a list price leaves its history, by currency', async () => {
    const competitorId = await competitors.create({ name: '价' });
    const id = await make('saveCompetitorProduct', {
      competitorId,
      name: 'P',
      listPrice: price('110.00'),
    });
    const at = (pricedOn: string, given: object) =>
      make('recordCompetitorPrice', { competitorProductId: id, pricedOn, price: given });
    await at('2026-01-01', price('100.00'));
    await at('2026-02-01', price('20.00', 'USD'));
    const read = async () =>
      (
        await competitors.execute(
          `query ($id: ID!) { competitorProduct(id: $id) { listPrice { amount }
            prices { nodes { price { amount currency } changePercent } } } }`,
          { id },
        )
      ).data?.['competitorProduct'];
    // Prices of days before change no list price.
    expect(await read()).toEqual({
      listPrice: { amount: '110.00' },
      prices: {
        nodes: [
          { price: price('110.00'), changePercent: '10.00' },
          { price: price('20.00', 'USD'), changePercent: null },
          { price: price('100.00'), changePercent: null },
        ],
      },
    });
    await make('saveCompetitorProduct', { id, listPrice: price('120.00') });
    expect(await read()).toMatchObject({
      prices: { nodes: [{ price: price('120.00'), changePercent: '20.00' }, {}, {}] },
    });
    const bad = { competitorProductId: id, pricedOn: '2099-01-01', price: price('-1', 'cny') };
    expect(await competitors.refusal('recordCompetitorPrice', bad)).toEqual([
      'INVALID',
      'price.amount',
      'price.currency',
      'pricedOn',
    ]);
  });

  test('products are compared by criterion, each once, and a battle card shows all of it', async () => {
    const productId = newId();
    const product = { code: 'P', name: '我方', category: null, active: true };
    await apply(competitors.db, [eventOf(ProductUpserted, { id: productId }, product)]);
    const competitorId = await competitors.create({
      name: '对手<b>',
      ourStrategy: '以快取胜',
      swot: { strengths: '价格' },
    });
    const input = { competitorId, name: 'X-1', rivalOf: [productId] };
    const rivalId = await make('saveCompetitorProduct', input);
    await make('saveCompetitorProduct', { competitorId, name: '其他' });
    const COMPARE = `mutation ($input: CompareProductsInput!) { compareProducts(input: $input) {
      id criterion verdict } }`;
    const compare = async (criteria: readonly object[]) =>
      competitors.execute(COMPARE, {
        input: { productId, competitorProductId: rivalId, criteria },
      });
    await compare([{ criterion: '交期', verdict: 'WORSE' }]);
    const again = await compare([
      { criterion: '交期', verdict: 'BETTER', ours: '4 周', theirs: '8 周' },
      { criterion: '价格', verdict: 'WORSE' },
    ]);
    expect(again.data?.['compareProducts']).toMatchObject([
      { criterion: '交期', verdict: 'BETTER' },
      { criterion: '价格', verdict: 'WORSE' },
    ]);
    const twice = [
      { criterion: '价格', verdict: 'WORSE' },
      { criterion: '价格', verdict: 'EQUAL' },
    ];
    expect((await compare(twice)).errors?.[0]?.extensions?.['code']).toBe('INVALID');

    const CARD = `query ($c: ID!, $p: ID) { battleCard(competitorId: $c, productId: $p) {
      competitor { name ourStrategy } product { id } products { nodes { name } }
      comparisons { nodes { criterion } } stats { contested } activities { nodes { title } }
      intelligence { nodes { title } } losses { nodes { lessons } } reasons { won } printable } }`;
    const card = async (viewing = {}) => {
      const result = await competitors.execute(CARD, { c: competitorId, p: productId }, viewing);
      expect(result.errors).toBeUndefined();
      return result.data?.['battleCard'];
    };
    expect(await card()).toMatchObject({
      product: { id: productId },
      products: { nodes: [{ name: 'X-1' }] },
      comparisons: { nodes: [{ criterion: '交期' }, { criterion: '价格' }] },
      stats: { contested: 0 },
      printable: expect.stringMatching(/对手&lt;b&gt;[\s\S]*以快取胜[\s\S]*X-1[\s\S]*4 周/),
    });
    // What a role may not read is not on the page either.
    expect(await card(as('rep'))).toMatchObject({
      printable: expect.not.stringContaining('以快取胜'),
    });
  });
});

describe('the profile', () => {
  test('names people and the customer that it is, which the viewer must reach', async () => {
    const customerId = await addCustomer(competitors.db, { ownerId: newId() });
    const personId = newId();
    const profile = {
      contactIds: [personId],
      linkedCustomerId: customerId,
      competitiveStrength: 'EQUAL',
    };
    const id = await competitors.create({ name: '亦敌亦友', ...profile });
    const { data } = await competitors.execute(
      `query ($id: ID!) { competitor(id: $id) { contacts { id } linkedCustomer { id }
        competitiveStrength { label } } }`,
      { id },
    );
    expect(data?.['competitor']).toEqual({
      contacts: [{ id: personId }],
      linkedCustomer: { id: customerId },
      competitiveStrength: { label: '势均力敌' },
    });
    const input = { id, linkedCustomerId: customerId };
    expect(await competitors.refusal('updateCompetitor', input, as('rep'))).toEqual([
      'INVALID',
      'linkedCustomerId',
    ]);
    expect(await competitors.refusal('updateCompetitor', { id, contactIds: ['李雷'] })).toEqual([
      'INVALID',
      'contactIds',
    ]);
  });
});
