import { transact } from '@crm/kit/database/database';
import { purgeRemoved } from '@crm/kit/document/purge.repository';
import { sweepUploads } from '@crm/kit/document/upload.repository';
import { newId } from '@crm/kit/id';
import { partStore } from '@crm/kit/storage/blob-store';
import { documentCalls, pdf, sha256, tokenOf } from '@crm/kit/testing/documents';
import { countStatements } from '@crm/kit/testing/statements';
import { eventOf } from '@crm/kit/testing/events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ProductUpserted } from '@crm/schemas/events/product';
import { z } from 'zod';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, apply, eventsOf } from '../testing/customers.ts';
import { documents } from './document.commands.ts';

let competitors: TestCompetitors;
let competitorId: string;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());
beforeEach(async () => {
  competitorId = await competitors.create({ name: '华创' });
});

const ATTACH = `mutation ($input: AttachCompetitorDocumentInput!) {
  upload: attachCompetitorDocument(input: $input) { path } }`;
const REPLACE = `mutation ($input: ReplaceCompetitorDocumentInput!) {
  upload: replaceCompetitorDocument(input: $input) { path } }`;

const { ask, announce, send, fetched } = documentCalls(() => competitors, 'competitors');

async function attach(bytes: Buffer, input: object = {}): Promise<string> {
  const given = { competitorId, name: '样本.pdf', size: bytes.length, ...input };
  return (await send(await announce(ATTACH, given), bytes)).id;
}

type Viewing = Parameters<TestCompetitors['execute']>[2];

const pathSchema = z.object({
  competitorDocument: z.object({ downloadPath: z.string() }).nullable(),
});

async function pathOf(id: string, viewing: Viewing = {}): Promise<string | undefined> {
  const query = `query ($id: ID!) { competitorDocument(id: $id) { downloadPath } }`;
  const { data } = await competitors.execute(query, { id }, viewing);
  return pathSchema.parse(data).competitorDocument?.downloadPath;
}

const namesSchema = z.array(z.object({ name: z.string() }));

/** The names of the documents that a list shows. */
async function namesIn(list: string, viewing: Viewing = {}): Promise<readonly string[]> {
  const { data, errors } = await competitors.execute(
    `{ list: ${list} { documents { nodes { name } } } }`,
    {},
    viewing,
  );
  expect(errors).toBeUndefined();
  const nodes = Reflect.get(Object(Reflect.get(Object(data?.['list']), 'documents')), 'nodes');
  return namesSchema.parse(nodes).map(({ name }) => name);
}

const partCount = async (): Promise<number> => {
  const [row]: { n: number }[] = await competitors.db.query(
    'SELECT COUNT(*) n FROM storedFilePart',
  );
  return Number(row?.n);
};

const dayMs = 86_400_000;

/** What the job does so many days from now. */
async function cleanUp(days: number): Promise<void> {
  const now = new Date(Date.now() + days * dayMs);
  await transact(competitors.db, (manager) =>
    purgeRemoved({ manager, now, keptDays: 30 }, documents),
  );
  while (
    await transact(competitors.db, (manager) =>
      sweepUploads({ manager, now, remove: partStore.remove }),
    )
  );
}

describe('a document of a competitor', () => {
  test('is made of the bytes that were announced, and is given back as it was', async () => {
    const bytes = pdf(1_500_000);
    const id = await attach(bytes, {
      kind: 'BROCHURE',
      note: '2026 版',
      sha256: sha256(bytes),
    });
    const { data } = await competitors.execute(
      `{ competitor(id: "${competitorId}") { documents(where: { kind: { eq: BROCHURE } }) { nodes {
        id name kind note isConfidential mimeType size sha256 revision subjectKind
        competitor { name } product { id } intelligenceItem { id } } } } }`,
    );
    expect(data?.['competitor']).toEqual({
      documents: {
        nodes: [
          {
            id,
            name: '样本.pdf',
            kind: 'BROCHURE',
            note: '2026 版',
            isConfidential: false,
            mimeType: 'application/pdf',
            size: bytes.length,
            sha256: sha256(bytes),
            revision: 1,
            subjectKind: 'COMPETITOR',
            competitor: { name: '华创' },
            product: null,
            intelligenceItem: null,
          },
        ],
      },
    });
    expect((await fetched((await pathOf(id)) ?? '', 2)).equals(bytes)).toBe(true);
    expect(await eventsOf(competitors.db, id)).toEqual(['competitordocument.attached']);
  });

  test('belongs to a product or to an item of intelligence as well', async () => {
    const none = { competitorId: null };
    const competitorProductId = await competitors.made('saveCompetitorProduct', {
      competitorId,
      name: 'HC-200',
    });
    const intelligenceItemId = await competitors.made('recordIntelligence', {
      subject: 'MARKET',
      title: '稀土涨价',
      source: '日报',
    });
    await attach(pdf(100), { ...none, competitorProductId, name: '规格.pdf' });
    await attach(pdf(100), { ...none, intelligenceItemId, name: '日报.pdf' });
    expect(await namesIn(`competitorProduct(id: "${competitorProductId}")`)).toEqual(['规格.pdf']);
    expect(await namesIn(`intelligenceItem(id: "${intelligenceItemId}")`)).toEqual(['日报.pdf']);
    expect(await namesIn(`competitor(id: "${competitorId}")`)).toEqual([]);
  });

  test('gets other bytes, keeps those before, and loses all 30 days after its removal', async () => {
    const before = await partCount();
    const [first, second] = [pdf(300), pdf(400)];
    const id = await attach(first);
    await send(await announce(REPLACE, { id, name: '样本 2.pdf', size: 400 }), second);
    const { data } = await competitors.execute(
      `{ competitorDocument(id: "${id}") { name revision revisions { nodes { revision size } } } }`,
    );
    expect(data?.['competitorDocument']).toEqual({
      name: '样本 2.pdf',
      revision: 2,
      revisions: {
        nodes: [
          { revision: 2, size: 400 },
          { revision: 1, size: 300 },
        ],
      },
    });
    const path = (await pathOf(id)) ?? '';
    await competitors.made('removeCompetitorDocument', { id });
    await expect(ask({ do: 'find-download', token: tokenOf(path) })).rejects.toThrow('NOT_FOUND');
    await cleanUp(29);
    await competitors.made('restoreCompetitorDocument', { id });
    expect((await fetched((await pathOf(id)) ?? '', 1)).equals(second)).toBe(true);
    await competitors.made('removeCompetitorDocument', { id });
    await cleanUp(31);
    expect(await competitors.refusal('restoreCompetitorDocument', { id })).toEqual([
      'RULE_VIOLATION',
    ]);
    expect(await partCount()).toBe(before);
    expect(await eventsOf(competitors.db, id)).toEqual([
      'competitordocument.attached',
      'competitordocument.replaced',
      'competitordocument.removed',
      'competitordocument.restored',
      'competitordocument.removed',
    ]);
  });

  test.each([
    ['no subject', { competitorId: null }, 'competitorId'],
    ['two subjects', { competitorProductId: newId() }, 'competitorId'],
    ['too much', { size: 52_428_801 }, 'size'],
    ['a name with a slash', { name: '../a.pdf' }, 'name'],
  ])('announced with %s is refused', async (_, input, path) => {
    const given = { competitorId, name: 'a.pdf', size: 100, ...input };
    expect(await competitors.execute(ATTACH, { input: given })).toMatchObject({
      errors: [{ extensions: { code: 'INVALID', fields: [{ path }] } }],
    });
  });

  test('that is a program is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(98)]);
    await expect(attach(bytes)).rejects.toThrow('not taken');
  });
});

describe('who may not read what a document belongs to', () => {
  test('sees it nowhere and gets no address', async () => {
    const none = { competitorId: null };
    const customerId = await addCustomer(competitors.db, { ownerId: newId(), teamId: newId() });
    const intelligenceItemId = await competitors.made('recordIntelligence', {
      subject: 'CUSTOMER',
      customerId,
      title: '更换供应商',
      source: '销售',
    });
    const id = await attach(pdf(100), { ...none, intelligenceItemId });
    const list = `{ competitorDocuments(where: { id: { eq: "${id}" } }) { totalCount } }`;
    const total = async (viewing: Viewing): Promise<unknown> =>
      (await competitors.execute(list, {}, viewing)).data?.['competitorDocuments'];
    expect(await total({})).toEqual({ totalCount: 1 });
    for (const role of ['rep', 'partner'] as const) {
      expect(await total(as(role))).toEqual({ totalCount: 0 });
      expect(await pathOf(id, as(role))).toBeUndefined();
    }
    const input = { intelligenceItemId, name: 'a.pdf', size: 100 };
    expect(await competitors.execute(ATTACH, { input }, as('rep'))).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    expect(await competitors.execute(ATTACH, { input }, as('analyst'))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('nor sees confidential ones, hides none and changes none', async () => {
    const open = await attach(pdf(100), { name: '公开.pdf' });
    const hidden = await attach(pdf(100), { name: '打法.pdf', isConfidential: true });
    const list = `competitor(id: "${competitorId}")`;
    expect(await namesIn(list, as('manager'))).toEqual(['打法.pdf', '公开.pdf']);
    expect(await namesIn(list, as('rep'))).toEqual(['公开.pdf']);
    expect(await pathOf(hidden, as('rep'))).toBeUndefined();
    expect(await pathOf(hidden, as('manager'))).toBeDefined();
    for (const mutation of ['updateCompetitorDocument', 'removeCompetitorDocument']) {
      expect(await competitors.refusal(mutation, { id: hidden }, as('rep'))).toEqual(['NOT_FOUND']);
    }
    const other = { id: hidden, name: 'a.pdf', size: 100 };
    expect(await competitors.execute(REPLACE, { input: other }, as('rep'))).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    await competitors.made('removeCompetitorDocument', { id: hidden });
    const restore = { id: hidden };
    expect(await competitors.refusal('restoreCompetitorDocument', restore, as('rep'))).toEqual([
      'NOT_FOUND',
    ]);
    const hide = { id: open, isConfidential: true };
    expect(await competitors.refusal('updateCompetitorDocument', hide, as('rep'))).toEqual([
      'FORBIDDEN',
    ]);
  });
});

test('a battle card lists the literature of the competitor and of the products against ours', async () => {
  const productId = newId();
  const ours = { code: 'P', name: '伺服', category: null, active: true };
  await apply(competitors.db, [eventOf(ProductUpserted, { id: productId }, ours)]);
  const product = (input: object): Promise<string> =>
    competitors.made('saveCompetitorProduct', { competitorId, ...input });
  const against = await product({ name: 'HC-200', rivalOf: [productId] });
  const other = await product({ name: 'HC-900' });
  const none = { competitorId: null };
  await attach(pdf(100), { name: '公司.pdf' });
  await attach(pdf(100), { name: '打法.pdf', isConfidential: true });
  await attach(pdf(100), { ...none, competitorProductId: against, name: '对标.pdf' });
  await attach(pdf(100), { ...none, competitorProductId: other, name: '其他.pdf' });

  const card = async (args: object, viewing: Viewing = {}): Promise<unknown> => {
    const query = `query ($competitorId: ID!, $productId: ID) {
      battleCard(competitorId: $competitorId, productId: $productId) {
        literature { nodes { name } } printable } }`;
    const { data } = await competitors.execute(query, { competitorId, ...args }, viewing);
    return data?.['battleCard'];
  };
  expect(await card({ productId })).toMatchObject({
    literature: { nodes: [{ name: '对标.pdf' }, { name: '打法.pdf' }, { name: '公司.pdf' }] },
    printable: expect.stringMatching(/Literature.*对标\.pdf.*打法\.pdf.*公司\.pdf/s),
  });
  expect(await card({}, as('rep'))).toMatchObject({
    literature: { nodes: [{ name: '其他.pdf' }, { name: '对标.pdf' }, { name: '公司.pdf' }] },
    printable: expect.not.stringContaining('打法'),
  });
});

test('documents follow their competitor when it is merged, and an old id means the survivor', async () => {
  const mergedId = await competitors.create({ name: '华创智能装备' });
  await attach(pdf(100), { competitorId: mergedId, name: '旧.pdf' });
  await competitors.made('mergeCompetitors', { survivorId: competitorId, mergedIds: [mergedId] });
  await attach(pdf(100), { competitorId: mergedId, name: '新.pdf' });
  expect(await namesIn(`competitor(id: "${competitorId}")`)).toEqual(['新.pdf', '旧.pdf']);
});

test('documents of ten competitors are read with as many statements as of two', async () => {
  const ids: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    const id = await competitors.create({ name: `对手 ${at}` });
    await attach(pdf(100), { competitorId: id });
    ids.push(id);
  }
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Competitor {
    documents(first: 5) { totalCount nodes { downloadPath revisions(first: 2) { nodes { size } } } } } } }`;
  const counted = (of: readonly string[]): Promise<number> =>
    countStatements(competitors.db, () =>
      competitors.execute(query, { r: of.map((id) => ({ __typename: 'Competitor', id })) }),
    );
  expect(await counted(ids)).toBe(await counted(ids.slice(0, 2)));
});
