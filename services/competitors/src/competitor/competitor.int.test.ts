import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const create = (input: object): Promise<string> => competitors.create(input);

const CREATE = `mutation ($input: CreateCompetitorInput!) {
  createCompetitor(input: $input) {
    id code version name shortName legalForm foundedOn region website employees marketShare
    category { code label } scale { label(locale: EN) } threatLevel
    address { city } registeredCapital { amount currency } annualRevenue { amount }
    overview businessDirection flagshipProducts swot { strengths threats } ourStrategy
    customFields { key value }
  }
}`;
const UPDATE = `mutation ($input: UpdateCompetitorInput!) {
  updateCompetitor(input: $input) { id version name threatLevel marketShare ourStrategy }
}`;
const DELETE = `mutation ($input: DeleteCompetitorInput!) { deleteCompetitor(input: $input) { id deletedAt } }`;
const RESTORE = `mutation ($input: RestoreCompetitorInput!) { restoreCompetitor(input: $input) { id deletedAt version } }`;
const READ = `query ($id: ID!) { competitor(id: $id) {
  name ourStrategy fieldHistory { nodes { field from to version } }
} }`;

const eventsOf = async (id: string): Promise<readonly string[]> => {
  const rows: { type: string }[] = await competitors.db.query(
    'SELECT type FROM outbox WHERE aggregateId = UNHEX(REPLACE(?, "-", "")) ORDER BY version',
    [id],
  );
  return rows.map(({ type }) => type);
};

const full = {
  code: 'R-HC',
  name: '华创智能装备股份有限公司',
  shortName: '华创智能',
  category: 'MAJOR',
  threatLevel: 'HIGH',
  legalForm: '股份有限公司',
  scale: 'LARGE',
  foundedOn: '2009-05-18',
  region: '华东',
  address: { province: '江苏', city: '苏州' },
  website: 'https://huachuang.example',
  registeredCapital: { amount: '50000000.00', currency: 'CNY' },
  annualRevenue: { amount: '812000000.00', currency: 'CNY' },
  employees: 1240,
  marketShare: '18.50',
  overview: '伺服与机器人本体',
  businessDirection: '向整线集成延伸',
  flagshipProducts: ['HC-200 伺服', '智造云'],
  swot: { strengths: '价格', threats: '渠道冲突' },
  ourStrategy: '以交付周期取胜',
};

describe('createCompetitor', () => {
  test('keeps the whole profile and tells of it without our strategy', async () => {
    const { data, errors } = await competitors.execute(CREATE, { input: full });

    expect(errors).toBeUndefined();
    expect(data?.['createCompetitor']).toMatchObject({
      ...full,
      version: 1,
      category: { code: 'MAJOR', label: '主要对手' },
      scale: { label: 'Large' },
      address: { city: '苏州' },
      annualRevenue: { amount: '812000000.00' },
      registeredCapital: { amount: '50000000.00', currency: 'CNY' },
    });
    const [event] = await competitors.db.query(
      "SELECT type, payload FROM outbox WHERE type LIKE 'competitor.%'",
    );
    expect(event).toMatchObject({ type: 'competitor.created' });
    expect(JSON.stringify(event)).not.toContain('交付周期');
  });

  test.each([
    ['name', { name: ' ' }],
    ['category', { category: 'ARCH_ENEMY' }],
    ['scale', { scale: 'HUGE' }],
    ['employees', { employees: -3 }],
    ['marketShare', { marketShare: '120' }],
    ['marketShare', { marketShare: '1.234' }],
    ['annualRevenue.amount', { annualRevenue: { amount: '-1', currency: 'CNY' } }],
    ['overview', { overview: '长'.repeat(4001) }],
    ['shortName', { shortName: 'a\0b' }],
    ['flagshipProducts', { flagshipProducts: ['A', 'A'] }],
    ['customFields.dream', { customFields: [{ key: 'dream', value: 1 }] }],
  ])('refuses a bad %s and stores nothing', async (path, input) => {
    const { errors } = await competitors.execute(CREATE, {
      input: { name: '不应存在', ...input },
    });

    expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID' });
    expect(JSON.stringify(errors?.[0]?.extensions?.['fields'])).toContain(`"path":"${path}"`);
    const [count] = await competitors.db.query(
      "SELECT COUNT(*) AS n FROM competitor WHERE name = '不应存在'",
    );
    expect(count).toEqual({ n: 0 });
  });

  test('refuses a code that a live competitor has', async () => {
    await create({ code: 'R-TWICE', name: '甲' });

    const { errors } = await competitors.execute(CREATE, {
      input: { code: 'r-twice', name: '乙' },
    });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'DUPLICATE',
      fields: [{ path: 'code' }],
    });
  });

  test('does nothing again when the call is repeated', async () => {
    const input = { name: '只建一次', clientMutationId: newId() };

    expect(await create(input)).toBe(await create(input));
  });
});

describe('updateCompetitor', () => {
  test('merges changes of other fields and shows conflicting ones', async () => {
    const id = await create({ name: '并发', threatLevel: 'LOW' });
    const update = (input: object) => competitors.execute(UPDATE, { input: { id, ...input } });
    await update({ expectedVersion: 1, threatLevel: 'HIGH' });

    const merged = await update({ expectedVersion: 1, marketShare: '7.00' });
    expect(merged.data?.['updateCompetitor']).toMatchObject({
      version: 3,
      threatLevel: 'HIGH',
      marketShare: '7.00',
    });

    const clash = await update({ expectedVersion: 1, threatLevel: 'MEDIUM' });
    expect(clash.errors?.[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 3,
      conflicts: [{ path: 'threatLevel', base: 'LOW', theirs: 'HIGH', yours: 'MEDIUM' }],
    });
    expect(await eventsOf(id)).toEqual([
      'competitor.created',
      'competitor.updated',
      'competitor.updated',
    ]);
  });

  test('shows the history without what the reader may not see', async () => {
    const id = await create({ name: '旧名' });
    await competitors.execute(UPDATE, { input: { id, name: '新名', ourStrategy: '秘密' } });

    const { data } = await competitors.execute(READ, { id }, as('rep'));
    expect(data?.['competitor']).toEqual({
      name: '新名',
      ourStrategy: null,
      fieldHistory: { nodes: [{ field: 'name', from: '旧名', to: '新名', version: 2 }] },
    });
  });
});

describe('deleteCompetitor', () => {
  test('frees the code, and restoring names the record that took it', async () => {
    const id = await create({ code: 'R-FREE', name: '先来' });
    await competitors.execute(DELETE, { input: { id, expectedVersion: 1 } });
    expect((await competitors.execute(READ, { id })).data).toEqual({ competitor: null });
    const taken = await create({ code: 'R-FREE', name: '后到' });

    const refused = await competitors.execute(RESTORE, { input: { id } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'DUPLICATE' });

    await competitors.execute(DELETE, { input: { id: taken } });
    const restored = await competitors.execute(RESTORE, { input: { id } });
    expect(restored.data?.['restoreCompetitor']).toMatchObject({ deletedAt: null, version: 3 });
    expect(await eventsOf(id)).toEqual([
      'competitor.created',
      'competitor.deleted',
      'competitor.restored',
    ]);
  });
});

describe('upsertCompetitors', () => {
  test('matches by code, refuses bad rows one by one, and changes nothing when run again', async () => {
    const UPSERT = `mutation ($input: UpsertCompetitorsInput!) { upsertCompetitors(input: $input) {
      created updated unchanged refused rows { index outcome problems { path } }
    } }`;
    const rows = [
      { code: 'U-1', name: '一' },
      { code: 'U-2', name: '二', category: 'NONE' },
      { code: 'U-3', name: '三', threatLevel: 'LOW' },
    ];

    const first = await competitors.execute(UPSERT, { input: { rows } });
    expect(first.data?.['upsertCompetitors']).toMatchObject({
      created: 2,
      refused: 1,
      rows: [{}, { index: 1, outcome: 'REFUSED', problems: [{ path: 'category' }] }, {}],
    });
    const again = await competitors.execute(UPSERT, { input: { rows: [rows[0], rows[2]] } });
    expect(again.data?.['upsertCompetitors']).toMatchObject({ created: 0, unchanged: 2 });
  });
});

describe('lists', () => {
  const LIST = `query ($where: CompetitorWhere, $orderBy: [OrderBy!], $first: Int, $after: String) {
    competitors(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { name products { nodes { name } } category { label } }
    }
  }`;

  test('page by key in the order asked for, with the same statements for one and for many', async () => {
    for (const name of ['丙', '甲', '乙', '丁']) {
      await create({ name: `页${name}`, region: 'PAGE', category: 'GENERAL' });
    }
    const where = { region: { eq: 'PAGE' } };
    const orderBy = [{ field: 'name' }];
    const page = async (first: number, after: string | null = null) =>
      (await competitors.execute(LIST, { where, orderBy, first, after })).data?.['competitors'];

    // In pinyin order: bing, ding, jia, yi.
    expect(await page(3)).toMatchObject({
      totalCount: 4,
      pageInfo: { hasNextPage: true },
      nodes: [{ name: '页丙' }, { name: '页丁' }, { name: '页甲' }],
    });
    const costOfOne = await countStatements(competitors.db, () => page(1));
    expect(await countStatements(competitors.db, () => page(4))).toBe(costOfOne);
  });

  test('find competitors by their products', async () => {
    const id = await create({ name: '有产品' });
    await competitors.execute(
      `mutation ($input: SaveCompetitorProductInput!) { saveCompetitorProduct(input: $input) { id } }`,
      { input: { competitorId: id, name: 'X-9000' } },
    );

    const { data } = await competitors.execute(LIST, {
      where: { products: { some: { name: { eq: 'X-9000' } } } },
    });
    expect(data?.['competitors']).toMatchObject({ nodes: [{ name: '有产品' }] });
  });

  test('are searched by two characters of any name, and by one at the start', async () => {
    await create({ name: '𠮷田精密 😀', shortName: '吉田', flagshipProducts: ['微米级磨床'] });
    const SEARCH = `query ($text: String!) { searchCompetitors(text: $text) { name } }`;

    for (const text of ['精密', '吉田', '磨床', '𠮷', '"精密" +磨床']) {
      const { data, errors } = await competitors.execute(SEARCH, { text });
      expect(errors).toBeUndefined();
      expect(data?.['searchCompetitors']).toMatchObject([{ name: '𠮷田精密 😀' }]);
    }
    const empty = await competitors.execute(SEARCH, { text: ' "+" ' });
    expect(empty.errors?.[0]?.extensions?.['code']).toBe('INVALID');
  });

  test('are counted by group, and not by what the viewer may not read', async () => {
    await create({ name: '组1', region: 'GROUP', threatLevel: 'HIGH' });
    await create({ name: '组2', region: 'GROUP', threatLevel: 'HIGH' });
    const AGGREGATE = `query ($field: String!) { competitorAggregate(
      where: { region: { eq: "GROUP" } }, groupBy: [{ field: $field }], measures: [{ fn: COUNT }]
    ) { rows { keys { value } values { value } } } }`;

    const { data } = await competitors.execute(AGGREGATE, { field: 'threatLevel' });
    expect(data?.['competitorAggregate']).toEqual({
      rows: [{ keys: [{ value: 'HIGH' }], values: [{ value: '2' }] }],
    });
    const { errors } = await competitors.execute(AGGREGATE, { field: 'ourStrategy' }, as('rep'));
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });
});
