import { newId } from '@crm/kit/id';
import { saveGrants } from '@crm/kit/projection/share-grant';
import { eventOf } from '@crm/kit/testing/events';
import { countStatements } from '@crm/kit/testing/statements';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CustomerMerged } from '@crm/schemas/events/customer';
import { z } from 'zod';
import { as, idOf, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import {
  addCustomer,
  apply,
  eventsOf,
  moveOpportunity,
  tellOpportunity,
} from '../testing/customers.ts';

let competitors: TestCompetitors;
let rival: string;

beforeAll(async () => {
  competitors = await testCompetitors();
  rival = await competitors.create({ name: '华创智能' });
});
afterAll(() => competitors.stop());

const ADD = `mutation ($input: AddCompetitorToOpportunityInput!) {
  made: addCompetitorToOpportunity(input: $input) {
    id version standing since incumbent quotedPrice { amount currency } strengths weaknesses note
    ourStrategy opportunityStatus opportunity { id } customer { id } competitor { name }
    products { name } contactsCovered { id } customFields { key }
  }
}`;
const UPDATE = `mutation ($input: UpdateOpportunityCompetitorInput!) {
  made: updateOpportunityCompetitor(input: $input) { id version standing }
}`;
const REMOVE = `mutation ($input: RemoveCompetitorFromOpportunityInput!) {
  made: removeCompetitorFromOpportunity(input: $input) { id }
}`;
const READ = `query ($id: ID!) { opportunityCompetitor(id: $id) {
  standing note ourStrategy opportunityStatus customer { id } fieldHistory { nodes { field } }
} }`;
const OF_OPPORTUNITY = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Opportunity {
  competition { nodes { standing competitor { name } } } } } }`;

const add = async (input: object, viewer = {}): Promise<string> => {
  const { data, errors } = await competitors.execute(ADD, { input }, viewer);
  if (errors) throw new Error(JSON.stringify(errors));
  return idOf(data?.['made']);
};

const refusal = async (query: string, input: object, viewer = {}): Promise<unknown> => {
  const { errors } = await competitors.execute(query, { input }, viewer);
  const [error] = z
    .array(z.object({ extensions: z.object({ code: z.string(), fields: z.unknown() }).partial() }))
    .parse(errors ?? [{ extensions: { code: 'NONE' } }]);
  const fields = z
    .array(z.object({ path: z.string() }))
    .catch([])
    .parse(error?.extensions.fields);
  return [error?.extensions.code, ...fields.map(({ path }) => path)];
};

const read = async (id: string, viewer = {}) =>
  (await competitors.execute(READ, { id }, viewer)).data?.['opportunityCompetitor'];

async function contested(status: 'LOST' | 'OPEN' | 'WON' = 'OPEN') {
  const customerId = await addCustomer(competitors.db);
  const closedOn = status === 'OPEN' ? null : '2026-11-20';
  const opportunityId = await tellOpportunity(competitors.db, customerId, { status, closedOn });
  return { customerId, opportunityId };
}

describe('addCompetitorToOpportunity', () => {
  test('keeps all that is known, and tells of it without our strategy', async () => {
    const { customerId, opportunityId } = await contested();
    const { data } = await competitors.execute(
      'mutation ($input: SaveCompetitorProductInput!) { made: saveCompetitorProduct(input: $input) { id } }',
      { input: { competitorId: rival, name: 'HC-200' } },
    );
    const personId = newId();
    const input = {
      opportunityId,
      competitorId: rival,
      standing: 'LEADING',
      since: '2026-11-02',
      incumbent: true,
      quotedPrice: { amount: '88000.00', currency: 'USD' },
      productIds: [idOf(data?.['made'])],
      strengths: '价格',
      weaknesses: '交付慢',
      contactsCovered: [personId],
      ourStrategy: '以交付取胜',
      note: '总工支持',
    };
    const result = await competitors.execute(ADD, { input });
    expect(result.errors).toBeUndefined();
    const { opportunityId: _, competitorId: __, productIds: ___, ...same } = input;
    expect(result.data?.['made']).toMatchObject({
      ...same,
      version: 1,
      opportunityStatus: 'OPEN',
      opportunity: { id: opportunityId },
      customer: { id: customerId },
      competitor: { name: '华创智能' },
      products: [{ name: 'HC-200' }],
      contactsCovered: [{ id: personId }],
    });
    const id = idOf(result.data?.['made']);
    const [event] = await competitors.db.query(
      'SELECT type, payload FROM outbox WHERE aggregateId = UUID_TO_BIN(?)',
      [id],
    );
    expect(event).toMatchObject({
      type: 'opportunitycompetitor.added',
      payload: { customerId, data: { opportunityId, customerId, competitorId: rival } },
    });
    expect(JSON.stringify(event)).not.toContain('以交付取胜');
  });

  test('is done once for a repeated call', async () => {
    const { opportunityId } = await contested();
    const input = { opportunityId, competitorId: rival, clientMutationId: newId() };
    expect(await add(input)).toBe(await add(input));
  });

  test('refuses the same competitor twice, until it is removed', async () => {
    const { opportunityId } = await contested();
    const input = { opportunityId, competitorId: rival };
    const id = await add(input);
    expect(await refusal(ADD, input)).toEqual(['DUPLICATE', 'competitorId']);
    const removed = await competitors.execute(REMOVE, { input: { id } });
    expect(removed.errors).toBeUndefined();
    await add(input);
    expect(await eventsOf(competitors.db, id)).toEqual([
      'opportunitycompetitor.added',
      'opportunitycompetitor.removed',
    ]);
  });

  test.each([
    ['a competitor that is none', { competitorId: newId() }, ['INVALID', 'competitorId']],
    ['a winner of what is open', { standing: 'WON' }, ['INVALID', 'standing']],
    ['a day to come', { since: '2099-01-01' }, ['INVALID', 'since']],
    ['a product of another', { productIds: [newId()] }, ['INVALID', 'productIds']],
    [
      'a price without a currency',
      { quotedPrice: { amount: '1', currency: 'yuan' } },
      ['INVALID', 'quotedPrice.currency'],
    ],
    ['an opportunity that is none', { opportunityId: newId() }, ['NOT_FOUND']],
  ] as const)('refuses %s', async (_, changes, expected) => {
    const { opportunityId } = await contested();
    const input = { opportunityId, competitorId: rival, ...changes };
    expect(await refusal(ADD, input)).toEqual(expected);
  });
});

describe('standing', () => {
  test('has one winner, and only of what we lost', async () => {
    const { customerId, opportunityId } = await contested();
    const other = await competitors.create({ name: '中控' });
    const [first, second] = [
      await add({ opportunityId, competitorId: rival }),
      await add({ opportunityId, competitorId: other }),
    ];
    const won = { id: first, standing: 'WON' };
    expect(await refusal(UPDATE, won)).toEqual(['INVALID', 'standing']);
    const lost = { id: opportunityId, status: 'LOST', closedOn: '2026-11-20' } as const;
    await tellOpportunity(competitors.db, customerId, { ...lost, version: 2 });
    expect(await refusal(UPDATE, won)).toEqual(['NONE']);
    expect(await refusal(UPDATE, won)).toEqual(['NONE']);
    expect(await refusal(UPDATE, { id: second, standing: 'WON' })).toEqual(['INVALID', 'standing']);

    // Nobody else has won it once it is taken up again.
    await tellOpportunity(competitors.db, customerId, { id: opportunityId, version: 3 });
    expect(await read(first)).toMatchObject({ standing: 'ACTIVE', opportunityStatus: 'OPEN' });
    expect(await eventsOf(competitors.db, first)).toEqual([
      'opportunitycompetitor.added',
      'opportunitycompetitor.standing_changed',
      'opportunitycompetitor.standing_changed',
    ]);
  });

  test('of two winners at once one is refused', async () => {
    const { opportunityId } = await contested('LOST');
    const rivals = await Promise.all(
      ['甲', '乙', '丙'].map((name) => competitors.create({ name })),
    );
    const ids: string[] = [];
    for (const competitorId of rivals) ids.push(await add({ opportunityId, competitorId }));
    const outcomes = await Promise.all(ids.map((id) => refusal(UPDATE, { id, standing: 'WON' })));
    expect(outcomes.filter((each) => String(each) === 'NONE')).toHaveLength(1);
  });

  test('may stay open for what we lost, and a winner of what we won is refused', async () => {
    const { opportunityId } = await contested('WON');
    const id = await add({ opportunityId, competitorId: rival, standing: 'LOST' });
    expect(await refusal(UPDATE, { id, standing: 'WON' })).toEqual(['INVALID', 'standing']);
  });

  test('changes are merged by field, and those of the same field are a conflict', async () => {
    const { opportunityId } = await contested();
    const id = await add({ opportunityId, competitorId: rival });
    const input = { id, expectedVersion: 1 };
    expect(await refusal(UPDATE, { ...input, note: '一' })).toEqual(['NONE']);
    expect(await refusal(UPDATE, { ...input, standing: 'LEADING' })).toEqual(['NONE']);
    expect(await refusal(UPDATE, { ...input, note: '二' })).toEqual(['CONFLICT']);
  });
});

const viewerOf = (viewer: object) => ({
  viewer: { subject: 'rep', roles: ['rep' as const], staffId: newId(), teamIds: [], ...viewer },
});

describe('who may', () => {
  const staffId = newId();
  const teamId = newId();
  test('reach it is decided by its customer: the owner writes, the team reads, others see nothing', async () => {
    const customerId = await addCustomer(competitors.db, { ownerId: staffId, teamId });
    const opportunityId = await tellOpportunity(competitors.db, customerId);
    const owner = viewerOf({ staffId });
    const colleague = viewerOf({ teamIds: [teamId] });
    const stranger = viewerOf({ teamIds: [newId()] });
    const id = await add({ opportunityId, competitorId: rival, note: '机密' }, owner);

    expect(await read(id, colleague)).toMatchObject({ note: '机密' });
    expect(await read(id, stranger)).toBeNull();
    const input = { id, note: '改' };
    expect(await refusal(UPDATE, input, owner)).toEqual(['NONE']);
    for (const viewer of [colleague, stranger]) {
      expect(await refusal(UPDATE, input, viewer)).toEqual(['NOT_FOUND']);
      expect(await refusal(REMOVE, { id }, viewer)).toEqual(['NOT_FOUND']);
      expect(await refusal(ADD, { opportunityId, competitorId: rival }, viewer)).toEqual([
        'NOT_FOUND',
      ]);
    }
    expect(await refusal(UPDATE, input, as('care_agent'))).toEqual(['FORBIDDEN']);
  });

  test('a share of the customer counts, but partners read nothing of competitors', async () => {
    const { customerId, opportunityId } = await contested();
    const id = await add({ opportunityId, competitorId: rival });
    const grantee = newId();
    const grant = { resourceId: customerId, granteeId: grantee, expiresAt: null };
    await saveGrants(competitors.db.manager, [{ ...grant, access: 'WRITE' }]);
    const shared = viewerOf({ staffId: grantee });
    expect(await read(id, shared)).toMatchObject({ standing: 'ACTIVE' });
    expect(await refusal(UPDATE, { id, note: '借' }, shared)).toEqual(['NONE']);
    expect(await read(id, viewerOf({ roles: ['partner'], staffId: grantee }))).toBeNull();
  });

  test('reads our strategy, and writes it', async () => {
    const { opportunityId } = await contested();
    const id = await add({ opportunityId, competitorId: rival, ourStrategy: '降价' });
    const customerId = await addCustomer(competitors.db, { ownerId: staffId, teamId });
    const own = await tellOpportunity(competitors.db, customerId);
    const owner = viewerOf({ staffId });
    const input = { opportunityId: own, competitorId: rival };
    expect(await refusal(ADD, { ...input, ourStrategy: '降价' }, owner)).toEqual(['FORBIDDEN']);
    expect(await read(id)).toMatchObject({ ourStrategy: '降价' });
    const { data } = await competitors.execute(READ, { id }, as('care_agent'));
    expect(data?.['opportunityCompetitor']).toMatchObject({ ourStrategy: null });
  });
});

test('opportunities show who competes, many in one statement', async () => {
  const opportunities = [await contested(), await contested(), await contested()];
  for (const { opportunityId } of opportunities) await add({ opportunityId, competitorId: rival });
  const r = opportunities.map(({ opportunityId: id }) => ({ __typename: 'Opportunity', id }));
  let entities: unknown;
  const statements = await countStatements(competitors.db, async () => {
    const { data, errors } = await competitors.execute(OF_OPPORTUNITY, { r });
    expect(errors).toBeUndefined();
    entities = data?.['_entities'];
  });
  expect(statements).toBe(2);
  expect(entities).toEqual(
    r.map(() => ({
      competition: { nodes: [{ standing: 'ACTIVE', competitor: { name: '华创智能' } }] },
    })),
  );
});

test('it follows its opportunity to the survivor of a merge, in whatever order that is told', async () => {
  const survivorId = await addCustomer(competitors.db);
  for (const isOpportunityFirst of [true, false]) {
    const { customerId, opportunityId } = await contested();
    const id = await add({ opportunityId, competitorId: rival });
    const told = [
      () => moveOpportunity(competitors.db, survivorId, { id: opportunityId, version: 2 }),
      () =>
        apply(competitors.db, [
          eventOf(CustomerMerged, { id: customerId, version: 2, customerId }, { survivorId }),
        ]),
    ];
    for (const tell of isOpportunityFirst ? told : told.toReversed()) await tell();
    expect(await read(id)).toMatchObject({ customer: { id: survivorId } });
    expect(await eventsOf(competitors.db, id)).toEqual([
      'opportunitycompetitor.added',
      'opportunitycompetitor.updated',
    ]);
  }
});

test('lists filter by the opportunity and the competitor, and figures count once for each', async () => {
  const major = await competitors.create({ name: '大敌', category: 'MAJOR' });
  const { opportunityId } = await contested('WON');
  await add({ opportunityId, competitorId: major, standing: 'LOST' });
  await add({ opportunityId, competitorId: rival, standing: 'LOST' });
  const { data, errors } = await competitors.execute(
    `query ($id: ID!) {
      opportunityCompetitors(where: { opportunityStatus: { eq: WON }, competitor: { category: { eq: "MAJOR" } } }) {
        nodes { competitor { name } } totalCount
      }
      opportunityCompetitorAggregate(where: { opportunityId: { eq: $id } },
        groupBy: [{ field: "standing" }], measures: [{ fn: COUNT }]) {
        rows { keys { value } values { value } }
      }
    }`,
    { id: opportunityId },
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    opportunityCompetitors: { nodes: [{ competitor: { name: '大敌' } }], totalCount: 1 },
    opportunityCompetitorAggregate: {
      rows: [{ keys: [{ value: 'LOST' }], values: [{ value: '2' }] }],
    },
  });
});
