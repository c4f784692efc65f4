import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { as, idOf, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const create = (input: object): Promise<string> => competitors.create(input);

const CREATE = `mutation ($input: CreateCompetitorInput!) { createCompetitor(input: $input) { id } }`;
const UPDATE = `mutation ($input: UpdateCompetitorInput!) {
  updateCompetitor(input: $input) { id threatLevel ourStrategy }
}`;
const DELETE = `mutation ($input: DeleteCompetitorInput!) { deleteCompetitor(input: $input) { id } }`;
const RESTORE = `mutation ($input: RestoreCompetitorInput!) { restoreCompetitor(input: $input) { id } }`;
const READ = `query ($id: ID!) { competitor(id: $id) { name ourStrategy } }`;

describe('who may do what', () => {
  test('reps record and change competitors but neither delete them nor write our strategy', async () => {
    const rep = as('rep');
    const created = await competitors.execute(CREATE, { input: { name: '销售登记' } }, rep);
    expect(created.errors).toBeUndefined();
    const id = idOf(created.data?.['createCompetitor']);
    const updated = await competitors.execute(
      UPDATE,
      { input: { id, threatLevel: 'LOW' } },
      as('rep'),
    );
    expect(updated.data?.['updateCompetitor']).toMatchObject({ threatLevel: 'LOW' });

    for (const result of [
      await competitors.execute(UPDATE, { input: { id, ourStrategy: '降价' } }, rep),
      await competitors.execute(DELETE, { input: { id } }, rep),
      await competitors.execute(RESTORE, { input: { id } }, rep),
    ]) {
      expect(result.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    }
  });

  test('managers read and write our strategy, and delete', async () => {
    const id = await create({ name: '经理', ourStrategy: '以快取胜' });

    const read = await competitors.execute(READ, { id }, as('manager'));
    expect(read.data?.['competitor']).toMatchObject({ ourStrategy: '以快取胜' });
    const written = await competitors.execute(
      UPDATE,
      { input: { id, ourStrategy: '以质取胜' } },
      as('manager'),
    );
    expect(written.data?.['updateCompetitor']).toMatchObject({ ourStrategy: '以质取胜' });
    expect(
      (await competitors.execute(DELETE, { input: { id } }, as('manager'))).errors,
    ).toBeUndefined();
  });

  test.each(['analyst', 'care_agent'] as const)('a %s reads only', async (role) => {
    const id = await create({ name: '只读' });

    expect((await competitors.execute(READ, { id }, as(role))).data?.['competitor']).toMatchObject({
      name: '只读',
    });
    for (const result of [
      await competitors.execute(CREATE, { input: { name: '不可' } }, as(role)),
      await competitors.execute(UPDATE, { input: { id, threatLevel: 'LOW' } }, as(role)),
      await competitors.execute(DELETE, { input: { id } }, as(role)),
    ]) {
      expect(result.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    }
  });

  test('a partner sees no competitor', async () => {
    const id = await create({ name: '不可见' });

    expect((await competitors.execute(READ, { id }, as('partner'))).data).toEqual({
      competitor: null,
    });
  });

  test('only administrators define terms and fields, and values follow the definition', async () => {
    const DEFINE = `mutation ($input: CustomFieldDefinitionInput!) { defineCompetitorCustomField(input: $input) { key } }`;
    const input = {
      entity: 'Competitor',
      key: 'patents',
      type: 'NUMBER',
      labels: { zh: '专利', en: 'Patents' },
    };
    const refused = await competitors.execute(DEFINE, { input }, as('manager'));
    expect(refused.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect((await competitors.execute(DEFINE, { input })).errors).toBeUndefined();

    await create({ name: '专利大户', customFields: [{ key: 'patents', value: 312 }] });
    const { data } = await competitors.execute(`{
      competitors(where: { customFields: [{ key: "patents", op: GT, value: 300 }] }) { nodes { name } }
      competitorVocabulary(vocabulary: "competitor_category") { code }
      competitorCustomFields(entity: "Competitor") { key type }
    }`);
    expect(data).toEqual({
      competitors: { nodes: [{ name: '专利大户' }] },
      competitorVocabulary: [{ code: 'MAJOR' }, { code: 'GENERAL' }, { code: 'POTENTIAL' }],
      competitorCustomFields: [{ key: 'patents', type: 'NUMBER' }],
    });
  });
});
