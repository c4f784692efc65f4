import { countStatements } from '@crm/kit/testing/statements';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const ADD = `mutation ($input: AddCompetitorToOpportunityInput!) {
  addCompetitorToOpportunity(input: $input) { id } }`;
const PRESENCE = `query ($r: [_Any!]!, $first: Int, $after: String) { _entities(representations: $r) {
  ... on Customer { competitivePresence(first: $first, after: $after) {
    nodes { competitor { name } contested open won lost opportunities { id } products { name } lastSeenAt }
    pageInfo { hasNextPage endCursor }
  } } } }`;

const add = async (input: object): Promise<void> => {
  const { errors } = await competitors.execute(ADD, { input });
  if (errors) throw new Error(JSON.stringify(errors));
};

/** A customer where both were met: one on a lost and an open opportunity, one on the lost alone. */
async function contestedCustomer(names: readonly [string, string]): Promise<string> {
  const customerId = await addCustomer(competitors.db);
  const [both, once] = await Promise.all(names.map((name) => competitors.create({ name })));
  const lost = await tellOpportunity(competitors.db, customerId, {
    status: 'LOST',
    closedOn: '2026-11-20',
  });
  const open = await tellOpportunity(competitors.db, customerId);
  await add({ opportunityId: lost, competitorId: once, since: '2026-10-01' });
  await add({ opportunityId: lost, competitorId: both, since: '2026-10-01' });
  await add({ opportunityId: open, competitorId: both });
  return customerId;
}

const pageSchema = z.array(
  z.object({
    competitivePresence: z.object({
      nodes: z.array(z.object({ competitor: z.object({ name: z.string() }) }).loose()),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    }),
  }),
);

type Page = z.infer<typeof pageSchema>[number]['competitivePresence'];

async function presenceOf(ids: readonly string[], variables = {}, viewer = {}): Promise<Page[]> {
  const r = ids.map((id) => ({ __typename: 'Customer', id }));
  const { data, errors } = await competitors.execute(PRESENCE, { r, ...variables }, viewer);
  expect(errors).toBeUndefined();
  return pageSchema.parse(data?.['_entities']).map((each) => each.competitivePresence);
}

test('a customer shows whom we met there, how it went, and when last', async () => {
  const [page] = await presenceOf([await contestedCustomer(['甲一', '乙一'])]);
  expect(page?.nodes).toMatchObject([
    { competitor: { name: '甲一' }, contested: 2, open: 1, won: 0, lost: 1 },
    { competitor: { name: '乙一' }, contested: 1, open: 0, won: 0, lost: 1 },
  ]);
});

test('many customers are read together, and pages go on where they ended', async () => {
  const ids = [
    await contestedCustomer(['甲二', '乙二']),
    await contestedCustomer(['甲三', '乙三']),
  ];
  let first: Page | undefined;
  const statements = await countStatements(competitors.db, async () => {
    [first] = await presenceOf(ids, { first: 1 });
  });
  // Who they are since merges, who is met there, and those competitors; no products were named.
  expect(statements).toBe(3);
  expect(first?.nodes).toMatchObject([{ competitor: { name: '甲二' } }]);
  expect(first?.pageInfo.hasNextPage).toBe(true);
  const [next] = await presenceOf(ids.slice(0, 1), { first: 1, after: first?.pageInfo.endCursor });
  expect(next?.nodes).toMatchObject([{ competitor: { name: '乙二' } }]);
  expect(next?.pageInfo.hasNextPage).toBe(false);
});

test('it shows nothing of customers that one may not read', async () => {
  const [page] = await presenceOf([await contestedCustomer(['甲四', '乙四'])], {}, as('rep'));
  expect(page?.nodes).toEqual([]);
});
