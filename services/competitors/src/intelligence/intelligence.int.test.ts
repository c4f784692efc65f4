import { newId } from '@crm/kit/id';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer } from '../testing/customers.ts';

let competitors: TestCompetitors;
let rival: string;

beforeAll(async () => {
  competitors = await testCompetitors();
  rival = await competitors.create({ name: '华创智能' });
});
afterAll(() => competitors.stop());

const record = (input: object, viewing = {}): Promise<string> =>
  competitors.made(
    'recordIntelligence',
    { subject: 'MARKET', title: '行业', source: '展会', ...input },
    viewing,
  );

const rep = (staffId: string) => ({
  viewer: { subject: 'rep', roles: ['rep' as const], staffId, teamIds: [] },
});

const SEARCH = `query ($text: String!, $onlyValid: Boolean, $first: Int) {
  searchIntelligence(text: $text, onlyValid: $onlyValid, first: $first) { title } }`;

async function search(variables: object, viewing = {}): Promise<unknown> {
  const { data, errors } = await competitors.execute(SEARCH, { ...variables }, viewing);
  expect(errors).toBeUndefined();
  return Object(data)['searchIntelligence'].map(({ title }: { title: string }) => title);
}

describe('recordIntelligence', () => {
  test('keeps source, reliability, validity and tags', async () => {
    const input = {
      subject: 'COMPETITOR',
      competitorId: rival,
      title: '将在苏州建厂',
      body: '年产五千台',
      source: '苏州日报',
      sourceUrl: 'https://paper.example/1',
      reliability: 'CONFIRMED',
      observedOn: '2026-10-01',
      validUntil: '2026-10-31',
      tags: ['扩产', '华东'],
    };
    const id = await record(input);
    const { data } = await competitors.execute(
      `query ($id: ID!) { intelligenceItem(id: $id) { subject competitor { name } title body source
        sourceUrl reliability observedOn validUntil tags isValid } 
        intelligenceItems(where: { tags: { has: "扩产" } }) { totalCount } }`,
      { id },
    );
    const { competitorId: _, ...same } = input;
    expect(data).toEqual({
      intelligenceItem: { ...same, competitor: { name: '华创智能' }, isValid: false },
      intelligenceItems: { totalCount: 1 },
    });
  });

  test.each([
    ['a subject without an id', { subject: 'COMPETITOR' }, ['INVALID', 'competitorId']],
    ['no source', { source: null }, ['INVALID', 'source']],
    ['an address that is none', { sourceUrl: 'javascript:x' }, ['INVALID', 'sourceUrl']],
    [
      'an end before the beginning',
      { observedOn: '2026-10-02', validUntil: '2026-10-01' },
      ['INVALID', 'validUntil'],
    ],
    ['a day to come', { observedOn: '2099-01-01' }, ['INVALID', 'observedOn']],
    ['a customer that is none', { subject: 'CUSTOMER', customerId: newId() }, ['NOT_FOUND']],
  ] as const)('refuses %s', async (_, changes, expected) => {
    const input = { subject: 'MARKET', title: '行业', source: '展会', ...changes };
    expect(await competitors.refusal('recordIntelligence', input)).toEqual(expected);
  });
});

describe('searchIntelligence', () => {
  test('finds words in title, tags and body, the newest first', async () => {
    await record({ title: '伺服电机涨价', tags: ['稀土'] });
    await record({ title: '磁材供应紧张', body: '稀土出口收紧，Servo 交期延长' });
    await record({ title: '旧闻 稀土', validUntil: '2026-01-01', observedOn: '2025-12-01' });
    expect(await search({ text: '稀土' })).toEqual(['旧闻 稀土', '磁材供应紧张', '伺服电机涨价']);
    expect(await search({ text: '稀土', onlyValid: true })).toEqual([
      '磁材供应紧张',
      '伺服电机涨价',
    ]);
    expect(await search({ text: '收紧 servo' })).toEqual(['磁材供应紧张']);
    expect(await search({ text: '稀土', first: 1 })).toEqual(['旧闻 稀土']);
    expect(await search({ text: '100%_' })).toEqual([]);
  });

  test('finds what few have among many', async () => {
    for (let at = 0; at < 30; at += 1) await record({ title: `常见动态 ${at}` });
    expect(await search({ text: '常见动态' })).toHaveLength(20);
    expect(await search({ text: '常见 动态 17' })).toEqual(['常见动态 17']);
  });

  test('shows what concerns a customer to those who reach it alone', async () => {
    const staffId = newId();
    const customerId = await addCustomer(competitors.db, { ownerId: staffId });
    await record({ subject: 'CUSTOMER', customerId, title: '采购换人 机密' });
    expect(await search({ text: '机密' }, rep(staffId))).toEqual(['采购换人 机密']);
    expect(await search({ text: '机密' }, rep(newId()))).toEqual([]);
    expect(await search({ text: '稀土' }, as('partner'))).toEqual([]);
  });

  test.each([
    ['one character', { text: '土' }],
    ['a very long text', { text: '长'.repeat(201) }],
    ['too many', { text: '稀土', first: 101 }],
  ])('refuses %s', async (_, variables) => {
    const { errors } = await competitors.execute(SEARCH, variables);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });
});
