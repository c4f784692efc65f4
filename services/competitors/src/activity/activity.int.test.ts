import { newId } from '@crm/kit/id';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { followCountermeasures } from '../countermeasure/countermeasure.job.ts';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, addStaff, eventsOf, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;
let rival: string;

beforeAll(async () => {
  competitors = await testCompetitors();
  rival = await competitors.create({ name: '华创智能' });
});
afterAll(() => competitors.stop());

const log = (input: object, viewing = {}): Promise<string> =>
  competitors.made('logCompetitorActivity', input, viewing);

const activity = { kind: 'SALES_MOVE', title: '拜访总工', occurredOn: '2026-11-20' } as const;

const rep = (viewer: object) => ({
  viewer: { subject: 'rep', roles: ['rep' as const], staffId: newId(), teamIds: [], ...viewer },
});

const titles = async (query: string, variables = {}, viewing = {}): Promise<unknown> => {
  const { data, errors } = await competitors.execute(query, variables, viewing);
  expect(errors).toBeUndefined();
  return data;
};

const payloadOf = async (id: string): Promise<unknown> => {
  const [row]: { payload: { data: unknown } }[] = await competitors.db.query(
    'SELECT payload FROM outbox WHERE aggregateId = UUID_TO_BIN(?) ORDER BY id LIMIT 1',
    [id],
  );
  return row?.payload.data;
};

describe('logCompetitorActivity', () => {
  test('keeps what is known, and an opportunity says whose it is', async () => {
    const customerId = await addCustomer(competitors.db);
    const opportunityId = await tellOpportunity(competitors.db, customerId);
    const input = {
      ...activity,
      competitorId: rival,
      opportunityId,
      detail: '请客',
      source: '李雷',
      reliability: 'CONFIRMED',
      impact: 'HIGH',
    };
    const id = await log(input);
    const { data } = await competitors.execute(
      `query ($id: ID!) { competitorActivity(id: $id) { kind title occurredOn detail source
        reliability impact competitor { name } customer { id } opportunity { id } } }`,
      { id },
    );
    const { competitorId: _, opportunityId: __, ...same } = input;
    expect(data?.['competitorActivity']).toEqual({
      ...same,
      competitor: { name: '华创智能' },
      customer: { id: customerId },
      opportunity: { id: opportunityId },
    });
    expect(await payloadOf(id)).toMatchObject({ customerId, opportunityId, kind: 'SALES_MOVE' });
  });

  test.each([
    ['a day to come', { occurredOn: '2099-01-01' }, ['INVALID', 'occurredOn']],
    ['a competitor that is none', { competitorId: newId() }, ['INVALID', 'competitorId']],
    ['a product of another', { competitorProductId: newId() }, ['INVALID', 'competitorProductId']],
    ['a customer that is none', { customerId: newId() }, ['NOT_FOUND']],
    ['no title', { title: ' ' }, ['INVALID', 'title']],
  ] as const)('refuses %s', async (_, changes, expected) => {
    const input = { ...activity, competitorId: rival, ...changes };
    expect([...new Set(await competitors.refusal('logCompetitorActivity', input))]).toEqual(
      expected,
    );
  });

  test('refuses an opportunity of another customer', async () => {
    const [customerId, other] = [
      await addCustomer(competitors.db),
      await addCustomer(competitors.db),
    ];
    const opportunityId = await tellOpportunity(competitors.db, other);
    const input = { ...activity, competitorId: rival, customerId, opportunityId };
    expect(await competitors.refusal('logCompetitorActivity', input)).toEqual([
      'INVALID',
      'opportunityId',
    ]);
  });
});

describe('who may', () => {
  test('what concerns a customer is for those who reach it, the rest for everybody in the company', async () => {
    const staffId = newId();
    const customerId = await addCustomer(competitors.db, { ownerId: staffId });
    const theirs = await competitors.create({ name: '只此一家' });
    await log({ ...activity, competitorId: theirs, title: '全公司' });
    await log({ ...activity, competitorId: theirs, title: '客户', customerId }, rep({ staffId }));
    const list = `query ($id: ID!) { competitor(id: $id) { activities { nodes { title } } } }`;
    const seen = async (viewing: object): Promise<unknown> => titles(list, { id: theirs }, viewing);

    const both = {
      competitor: { activities: { nodes: [{ title: '客户' }, { title: '全公司' }] } },
    };
    expect(await seen(rep({ staffId }))).toEqual(both);
    expect(await seen(rep({}))).toEqual({
      competitor: { activities: { nodes: [{ title: '全公司' }] } },
    });
    const all = `{ competitorActivities { nodes { title } } }`;
    expect(await titles(all, {}, as('partner'))).toEqual({ competitorActivities: { nodes: [] } });
  });

  test('a rep takes back what he logged and nothing else', async () => {
    const own = rep({});
    const id = await log({ ...activity, competitorId: rival });
    const mine = await log({ ...activity, competitorId: rival }, own);
    expect(await competitors.refusal('removeCompetitorActivity', { id }, own)).toEqual([
      'FORBIDDEN',
    ]);
    expect(await competitors.refusal('removeCompetitorActivity', { id: mine }, own)).toEqual([
      'NONE',
    ]);
    const log2 = { ...activity, competitorId: rival };
    expect(await competitors.refusal('logCompetitorActivity', log2, as('analyst'))).toEqual([
      'FORBIDDEN',
    ]);
  });
});

describe('following', () => {
  test('tells of what a competitor does, as far as the follower reaches it', async () => {
    const teamId = newId();
    const [inTeam, elsewhere] = [
      await addStaff(competitors.db, teamId),
      await addStaff(competitors.db),
    ];
    const followed = await competitors.create({ name: '被关注' });
    const customerId = await addCustomer(competitors.db, { teamId });
    for (const staffId of [inTeam, elsewhere]) {
      const viewing = rep({ staffId, teamIds: staffId === inTeam ? [teamId] : [] });
      for (const _ of [1, 2]) {
        expect(await competitors.refusal('followCompetitor', { id: followed }, viewing)).toEqual([
          'NONE',
        ]);
      }
    }
    const general = await log({ ...activity, competitorId: followed, title: '涨价' });
    const special = await log({ ...activity, competitorId: followed, title: '挖人', customerId });
    expect(await payloadOf(general)).toMatchObject({ followerIds: [inTeam, elsewhere] });
    expect(await payloadOf(special)).toMatchObject({ followerIds: [inTeam] });

    const NEWS = `{ competitorNews { nodes { title } } followedCompetitors { nodes { name isFollowed
      followers { totalCount } } } }`;
    const viewing = rep({ staffId: elsewhere });
    expect(await titles(NEWS, {}, viewing)).toEqual({
      competitorNews: { nodes: [{ title: '涨价' }] },
      followedCompetitors: {
        nodes: [{ name: '被关注', isFollowed: true, followers: { totalCount: 2 } }],
      },
    });
    await competitors.made('unfollowCompetitor', { id: followed }, viewing);
    expect(await titles(NEWS, {}, viewing)).toEqual({
      competitorNews: { nodes: [] },
      followedCompetitors: { nodes: [] },
    });
  });

  test('is for those who may read of competitors', async () => {
    expect(await competitors.refusal('followCompetitor', { id: rival }, as('partner'))).toEqual([
      'NOT_FOUND',
    ]);
    expect(await competitors.refusal('followCompetitor', { id: newId() })).toEqual(['NOT_FOUND']);
  });
});

const plan = (input: object, viewing = {}): Promise<string> =>
  competitors.made('planCountermeasure', input, viewing);

describe('countermeasures', () => {
  const READ = `query ($id: ID!) { countermeasure(id: $id) { status result effectiveness completedOn
    owner { id } competitor { name } activity { id } opportunityCompetitor { id } } }`;
  const read = async (id: string, viewing = {}): Promise<unknown> =>
    (await competitors.execute(READ, { id }, viewing)).data?.['countermeasure'];

  test('have an owner, come due on their day and end with a result', async () => {
    const ownerId = await addStaff(competitors.db);
    const activityId = await log({ ...activity, competitorId: rival });
    const id = await plan({ activityId, action: '回访', ownerId, dueOn: '2099-01-01' });
    expect(await read(id)).toMatchObject({
      status: 'PLANNED',
      owner: { id: ownerId },
      competitor: { name: '华创智能' },
      activity: { id: activityId },
    });
    await competitors.db.transaction((manager) =>
      followCountermeasures(manager, new Date('2099-01-01T12:00:00Z')),
    );
    expect(await read(id)).toMatchObject({ status: 'DUE' });
    const owner = rep({ staffId: ownerId });
    const done = { id, result: '已回访', effectiveness: 'PARTLY' };
    expect(await competitors.refusal('completeCountermeasure', { id, result: ' ' }, owner)).toEqual(
      ['INVALID', 'result'],
    );
    expect(await competitors.refusal('completeCountermeasure', done, owner)).toEqual(['NONE']);
    expect(await read(id)).toMatchObject({ status: 'COMPLETED', effectiveness: 'PARTLY' });
    expect(await competitors.refusal('cancelCountermeasure', { id })).toEqual(['RULE_VIOLATION']);
    expect(await eventsOf(competitors.db, id)).toEqual([
      'countermeasure.planned',
      'countermeasure.due',
      'countermeasure.completed',
    ]);
  });

  test('answer a competitor on an opportunity, for those who reach its customer, and the owner', async () => {
    const staffId = await addStaff(competitors.db);
    const ownerId = await addStaff(competitors.db);
    const customerId = await addCustomer(competitors.db, { ownerId: staffId });
    const opportunityId = await tellOpportunity(competitors.db, customerId);
    const input = { opportunityId, competitorId: rival };
    const about = await competitors.made('addCompetitorToOpportunity', input);
    const measure = {
      opportunityCompetitorId: about,
      action: '降价',
      ownerId,
      dueOn: '2099-01-01',
    };
    expect(await competitors.refusal('planCountermeasure', measure, rep({}))).toEqual([
      'NOT_FOUND',
    ]);
    const id = await plan(measure, rep({ staffId }));
    for (const viewing of [rep({ staffId }), rep({ staffId: ownerId })]) {
      expect(await read(id, viewing)).toMatchObject({ status: 'PLANNED' });
    }
    expect(await read(id, rep({}))).toBeNull();
    const moved = { id, dueOn: '2026-11-01' };
    expect(await competitors.refusal('updateCountermeasure', moved)).toEqual(['NONE']);
    expect(await read(id)).toMatchObject({ status: 'DUE' });
  });

  test.each([
    ['nothing to answer', {}, ['INVALID', 'activityId']],
    [
      'two things to answer',
      { activityId: newId(), opportunityCompetitorId: newId() },
      ['INVALID', 'activityId'],
    ],
    ['an activity that is none', { activityId: newId() }, ['NOT_FOUND']],
  ] as const)('refuse %s', async (_, about, expected) => {
    const input = { ...about, action: '回访', dueOn: '2099-01-01', ownerId: newId() };
    expect(await competitors.refusal('planCountermeasure', input)).toEqual(expected);
  });

  test('refuse an owner who is none', async () => {
    const activityId = await log({ ...activity, competitorId: rival });
    const input = { activityId, action: '回访', dueOn: '2099-01-01', ownerId: newId() };
    expect(await competitors.refusal('planCountermeasure', input)).toEqual(['INVALID', 'ownerId']);
  });
});
