import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import { z } from 'zod';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, addStaff, eventsOf, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const make = (mutation: string, input: object, viewing = {}): Promise<string> =>
  competitors.made(mutation, input, viewing);

const mergesSchema = z.object({
  competitor: z.object({
    merges: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
  }),
});

/** Merges, and gives the id of the merge. */
async function merge(survivorId: string, mergedId: string): Promise<string> {
  await make('mergeCompetitors', { survivorId, mergedIds: [mergedId], reason: '同一家' });
  const { data } = await competitors.execute(
    `query ($id: ID!) { competitor(id: $id) { merges { nodes { id } } } }`,
    { id: survivorId },
  );
  return mergesSchema.parse(data).competitor.merges.nodes[0]?.id ?? '';
}

const READ = `query ($id: ID!) { competitor(id: $id) { id code name region flagshipProducts isFollowed
  products(orderBy: [{ field: "name" }]) { nodes { name } }
  activities { nodes { title } } intelligence { nodes { title } }
  opportunities(orderBy: [{ field: "id" }]) { nodes { opportunity { id } standing since
    quotedPrice { amount } products { name } note countermeasures { nodes { action } } } } } }`;

const follower = { viewer: { staffId: newId() } };

async function read(id: string): Promise<unknown> {
  const { data, errors } = await competitors.execute(READ, { id }, follower);
  expect(errors).toBeUndefined();
  return data?.['competitor'];
}

/** Two that met on an opportunity, with all that may be folded. */
async function twoThatMet() {
  const { db } = competitors;
  const survivorId = await competitors.create({ name: '华创智能', flagshipProducts: ['伺服'] });
  const mergedId = await competitors.create({
    name: '华创智能装备',
    region: '华东',
    flagshipProducts: ['机器人'],
  });
  const customerId = await addCustomer(db);
  const [both, one] = [
    await tellOpportunity(db, customerId, { status: 'LOST', closedOn: '2026-05-01' }),
    await tellOpportunity(db, customerId),
  ];
  const product = (competitorId: string): Promise<string> =>
    make('saveCompetitorProduct', { competitorId, name: 'HC-200' });
  await product(survivorId);
  const theirs = await product(mergedId);
  const add = (input: object): Promise<string> => make('addCompetitorToOpportunity', input);
  const own = await add({ opportunityId: both, competitorId: survivorId, note: '一' });
  const other = await add({
    opportunityId: both,
    competitorId: mergedId,
    standing: 'WON',
    since: '2026-01-01',
    quotedPrice: { amount: '88.00', currency: 'CNY' },
    productIds: [theirs],
  });
  await add({ opportunityId: one, competitorId: mergedId });
  await make('planCountermeasure', {
    opportunityCompetitorId: other,
    action: '复盘',
    ownerId: await addStaff(db),
    dueOn: '2099-01-01',
  });
  await make('logCompetitorActivity', { competitorId: mergedId, kind: 'BID', title: '投标' });
  const item = { subject: 'COMPETITOR', competitorId: mergedId, title: '建厂', source: '日报' };
  await make('recordIntelligence', item);
  await db.query(
    `INSERT IGNORE INTO staffMember (id, code, name, active) VALUES (UUID_TO_BIN(?), 'F', '李', 1)`,
    [follower.viewer.staffId],
  );
  for (const id of [survivorId, mergedId]) {
    await make('followCompetitor', { id }, follower);
  }
  return { survivorId, mergedId, customerId, both, own, other };
}

describe('unmergeCompetitor', () => {
  test('brings back both as they were, on opportunities where both stood too', async () => {
    const { survivorId, mergedId, own, other } = await twoThatMet();
    const before = [await read(survivorId), await read(mergedId)];
    const id = await merge(survivorId, mergedId);
    expect(await read(mergedId)).toMatchObject({ id: survivorId, region: '华东' });

    expect(await competitors.refusal('unmergeCompetitor', { id }, as('rep'))).toEqual([
      'FORBIDDEN',
    ]);
    await make('unmergeCompetitor', { id }, as('manager'));
    expect([await read(survivorId), await read(mergedId)]).toEqual(before);
    expect((await eventsOf(competitors.db, mergedId)).at(-1)).toBe('competitor.unmerged');
    expect((await eventsOf(competitors.db, other)).at(-1)).toBe('opportunitycompetitor.added');
    expect((await eventsOf(competitors.db, own)).at(-1)).toBe(
      'opportunitycompetitor.standing_changed',
    );
    expect(await competitors.refusal('unmergeCompetitor', { id })).toEqual(['RULE_VIOLATION']);
    const { data } = await competitors.execute(
      `query ($id: ID!) { competitor(id: $id) { merges { nodes {
        merged { id name } reason survivor { id } reversedAt } } } }`,
      { id: survivorId },
    );
    expect(data?.['competitor']).toEqual({
      merges: {
        nodes: [
          {
            merged: { id: mergedId, name: '华创智能装备' },
            reason: '同一家',
            survivor: { id: survivorId },
            reversedAt: expect.any(String),
          },
        ],
      },
    });
    // It can be done again.
    await merge(survivorId, mergedId);
    expect(await read(mergedId)).toMatchObject({ id: survivorId });
  });

  test('leaves with the survivor what was added or changed since', async () => {
    const { survivorId, mergedId, customerId, own } = await twoThatMet();
    const id = await merge(survivorId, mergedId);
    await make('updateCompetitor', { id: survivorId, region: '华南' });
    await make('logCompetitorActivity', { competitorId: mergedId, kind: 'BID', title: '新投标' });
    await make('updateOpportunityCompetitor', { id: own, note: '二' });
    const later = await tellOpportunity(competitors.db, customerId);
    await make('addCompetitorToOpportunity', { opportunityId: later, competitorId: mergedId });
    await make('unmergeCompetitor', { id });
    expect(await read(survivorId)).toMatchObject({
      region: '华南',
      flagshipProducts: ['伺服'],
      activities: { nodes: [{ title: '新投标' }] },
      opportunities: {
        nodes: [{ standing: 'ACTIVE', note: '二' }, { opportunity: { id: later } }],
      },
    });
    expect(await read(mergedId)).toMatchObject({ activities: { nodes: [{ title: '投标' }] } });
  });

  test('does not say of two that they have won, nor of what is lost no longer', async () => {
    const { survivorId, mergedId, both, own, other } = await twoThatMet();
    const third = await competitors.create({ name: '第三家' });
    const id = await merge(survivorId, mergedId);
    await make('updateOpportunityCompetitor', { id: own, standing: 'LOST' });
    await make('addCompetitorToOpportunity', {
      opportunityId: both,
      competitorId: third,
      standing: 'WON',
    });
    await make('unmergeCompetitor', { id });
    const standing = async (of: string): Promise<unknown> =>
      (await competitors.execute(`{ opportunityCompetitor(id: "${of}") { standing } }`)).data?.[
        'opportunityCompetitor'
      ];
    expect(await standing(other)).toEqual({ standing: 'ACTIVE' });
    expect(await standing(own)).toEqual({ standing: 'LOST' });

    const met = await twoThatMet();
    const again = await merge(met.survivorId, met.mergedId);
    await tellOpportunity(competitors.db, met.customerId, { id: met.both, version: 2 });
    await make('unmergeCompetitor', { id: again });
    expect(await standing(met.other)).toEqual({ standing: 'ACTIVE' });
    const [row] = await competitors.db.query<readonly { opportunityStatus: string }[]>(
      'SELECT opportunityStatus FROM opportunityCompetitor WHERE id = UUID_TO_BIN(?)',
      [met.other],
    );
    expect(row?.opportunityStatus).toBe('OPEN');
  });

  test('goes from the last merge of a chain to the first', async () => {
    const [a, b, c] = [
      await competitors.create({ name: '甲' }),
      await competitors.create({ name: '乙' }),
      await competitors.create({ name: '丙' }),
    ];
    await make('logCompetitorActivity', { competitorId: a, kind: 'BID', title: '甲投标' });
    const first = await merge(b, a);
    const second = await merge(c, b);
    expect(await read(a)).toMatchObject({ id: c });
    expect(await competitors.refusal('unmergeCompetitor', { id: first })).toEqual([
      'RULE_VIOLATION',
    ]);
    await make('unmergeCompetitor', { id: second });
    expect(await read(a)).toMatchObject({ id: b, activities: { nodes: [{ title: '甲投标' }] } });
    await make('unmergeCompetitor', { id: first });
    expect(await read(a)).toMatchObject({ id: a, activities: { nodes: [{ title: '甲投标' }] } });
    expect(await read(b)).toMatchObject({ activities: { nodes: [] } });
  });
});
