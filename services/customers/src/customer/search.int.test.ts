import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { startCustomers, type TestCustomers } from '../testing/customers.ts';

let customers: TestCustomers;

const names: Readonly<Record<string, object>> = {
  'ERP-004711': { name: '上海恒泰机械有限公司', shortName: '恒泰' },
  'ERP-004712': { name: '恒泰远达物流有限公司' },
  'ERP-004713': { name: '苏州恒泰化工股份有限公司' },
  'ERP-004714': { name: '𠮷野家食品有限公司', formerNames: ['老字号饭团'] },
  'ERP-004715': { name: 'Müller Machinery GmbH', shortName: 'Müller' },
  'ERP-004716': { name: 'Smith & "Sons" Ltd' },
  'ERP-004717': { name: 'A-Team Trading Co., Ltd.' },
  'ERP-004718': { name: '100% 纯棉_纺织' },
};

const UPSERT = `mutation ($rows: [CreateCustomerInput!]!) {
  upsertCustomers(input: { rows: $rows }) { created } }`;
const SEARCH = `query ($text: String!, $first: Int) { searchCustomers(text: $text, first: $first) { code } }`;

beforeAll(async () => {
  customers = await startCustomers();
  const rows = Object.entries(names).map(([code, row]) => ({ code, ...row }));
  await customers.execute(UPSERT, { rows });
  await addMany();
});
afterAll(() => customers.stop());

const twoDigits = (at: number): string => String(at).padStart(2, '0');

/** One that has both of two words which many have, and many; and of each kind one that is deleted. */
async function addMany(): Promise<void> {
  const many = Array.from({ length: 60 }, (_, at) => ({
    code: `M-${at}`,
    name: `${at % 2 === 0 ? '甲乙' : '丙丁'}${twoDigits(at)}常见`,
  }));
  const deleted = ['恒泰', 'Machinery', '甲乙戊丙丁', '丙丁00常见', 'ERP-004713'].map(
    (name, at) => ({
      code: `D-${at}x`,
      name,
    }),
  );
  const both = { code: 'B-9', name: '甲乙戊丙丁' };
  const { errors } = await customers.execute(UPSERT, { rows: [both, ...many, ...deleted] });
  expect(errors).toBeUndefined();
  await customers.db.query(`UPDATE customer SET deletedAt = NOW(3) WHERE code LIKE 'D-%'`);
}

async function search(text: string, request: TestRequest = {}): Promise<unknown[]> {
  const { data, errors } = await customers.execute(SEARCH, { text }, request);
  expect(errors).toBeUndefined();
  return Object(data)['searchCustomers'].map(({ code }: { code: string }) =>
    code.startsWith('M-') ? code : code.slice(-1),
  );
}

describe('searchCustomers', () => {
  test.each([
    ['who is called so, then who begins so, then the others', '恒泰', ['1', '2', '3']],
    ['every word, wherever it stands', '化工 苏州', ['3']],
    ['a name without what companies are called', '苏州恒泰化工有限责任公司', ['3']],
    ['a name in other widths', '恒泰　远达', ['2']],
    ['former names', '老字号', ['4']],
    ['one character at the beginning', '恒', ['1', '2']],
    ['one character of four bytes', '𠮷', ['4']],
    ['a character beside a word', '苏 恒泰', ['3']],
    ['characters apart', '恒 泰', ['1', '2', '3']],
    ['Latin without case and accents', 'MULLER mach', ['5']],
    ['Latin in the middle', 'chiner', ['5']],
    ['a code', 'ERP-004715', ['5']],
    ['a code in small letters', 'erp-004715', ['5']],
    ['the end of a code', '4715', ['5']],
    ['a hyphen', 'A-Team', ['7']],
    ['quotes', '"Sons"', ['6']],
    ['a percent sign', '100%', ['8']],
    ['a sign that is not a wild card', '纯棉_', ['8']],
    ['wild cards alone', '%%', []],
    ['nothing that is there', 'xyzzy', []],
    ['operators', '+恒泰 -物流', []],
    ['a broken expression', '") @5 (<恒泰>', []],
    ['a word of full text', 'a* ~b', []],
  ])('finds %s', async (_, text, found) => {
    expect(await search(text)).toEqual(found);
  });

  test.each([
    ['nothing', '  '],
    ['company words alone', '有限公司'],
    ['a very long text', '长'.repeat(201)],
  ])('refuses %s', async (_, text) => {
    const { errors } = await customers.execute(SEARCH, { text });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
  });

  /** By their beginning, by a phrase that few have, among the newest, and by words that many have. */
  const ways = ['恒泰', 'chiner', 'ERP-004713', '4713', '常见', '丙丁 甲乙'];

  test.each(ways)('shows a rep nothing of others, nor deleted ones: %s', async (text) => {
    const viewer = { roles: ['rep' as const], staffId: newId(), teamIds: [newId()] };
    expect(await search(text, { viewer })).toEqual([]);
    const codes = await search(text);
    expect(codes).not.toEqual([]);
    expect(codes).not.toContain('x');
  });

  test('finds the one that has both of two words which very many have', async () => {
    expect(await search('丙丁 甲乙')).toEqual(['9']);
    expect(await search('丙丁甲乙')).toEqual([]);
  });

  test('shows as many as are asked for, each once and in their order', async () => {
    const codes = await search('甲乙');
    expect(codes).toHaveLength(20);
    expect(new Set(codes).size).toBe(20);
    const { data } = await customers.execute(SEARCH, { text: '常见', first: 3 });
    expect(data?.['searchCustomers']).toEqual([{ code: 'M-1' }, { code: 'M-3' }, { code: 'M-5' }]);
  });

  test('asks MySQL a few times, whatever is looked for', async () => {
    for (const text of ['恒泰', 'xyzzy', '化工 苏州']) {
      expect(await countStatements(customers.db, () => search(text))).toBeLessThanOrEqual(4);
    }
  });
});
