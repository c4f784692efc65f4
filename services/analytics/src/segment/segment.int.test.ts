import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transact } from '@crm/kit/database/database';
import { newId } from '@crm/kit/id';
import type { TestRequest, TestResult } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { CustomerDeleted, CustomerUpdated } from '@crm/schemas/events/customer';
import { z } from 'zod';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, customerData, eventOf, ordered } from '../testing/events.ts';
import { evaluateCustomers, sweepMembers } from './evaluation.repository.ts';

let analytics: TestAnalytics;
let now = new Date('2026-11-24T04:00:00Z');
const rep = newId();
const team = newId();
const ids = { big: newId(), small: newId(), other: newId() };

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  await apply(analytics.db, [
    created(ids.big, { name: '大客户', city: '上海', ownerId: rep, teamId: team }),
    created(ids.small, { name: '小客户', city: '成都' }),
    created(ids.other, { name: '别的客户', city: '成都' }),
    ordered(ids.big, '900.00'),
    ordered(ids.small, '70.00'),
  ]);
});
afterAll(() => analytics.stop());

type Input = Readonly<Record<string, unknown>>;

const execute = (query: string, variables: Input = {}, request: TestRequest = {}) =>
  analytics.subgraph.execute(query, variables, request);

const save = (input: Input, request: TestRequest = {}) =>
  execute(
    `mutation ($input: SaveSegmentInput!) { saveSegment(input: $input) { code mode class evaluatedAt version } }`,
    { input: { labels: { zh: '客户群', en: 'Segment' }, ...input } },
    request,
  );

const pick = (input: Input, request: TestRequest = {}) =>
  execute(
    `mutation ($input: SetStaticMembersInput!) { setStaticMembers(input: $input) { code } }`,
    { input },
    request,
  );

async function sweep(): Promise<void> {
  while (await transact(analytics.db, (manager) => sweepMembers({ manager, now })));
}

const look = (...customerIds: string[]): Promise<void> =>
  transact(analytics.db, (manager) => evaluateCustomers({ manager, now }, customerIds));

const MEMBERS = `query ($code: String!, $asOf: DateTime, $first: Int, $after: String) {
  segment(code: $code) { members(asOf: $asOf, first: $first, after: $after) {
    nodes { customer { id } enteredAt leftAt cause leftCause } pageInfo { hasNextPage endCursor } totalCount } } }`;

const membersSchema = z.object({
  segment: z.object({
    members: z.object({
      nodes: z.array(z.object({ customer: z.object({ id: z.string() }) }).loose()),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      totalCount: z.number(),
    }),
  }),
});

async function membersOf(code: string, args: Input = {}, request: TestRequest = {}) {
  const result = await execute(MEMBERS, { code, ...args }, request);
  expect(result.errors).toBeUndefined();
  return membersSchema.parse(result.data).segment.members;
}

const idsOf = async (code: string, args: Input = {}, request: TestRequest = {}) =>
  (await membersOf(code, args, request)).nodes.map(({ customer }) => customer.id).toSorted();

const sorted = (...list: string[]): string[] => list.toSorted();

async function told(code: string): Promise<unknown[]> {
  return analytics.db.query(
    `SELECT type, version, JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.subjectId')) AS id,
       JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.cause')) AS cause
     FROM outbox WHERE JSON_UNQUOTE(JSON_EXTRACT(payload, '$.data.segmentCode')) = ? ORDER BY outbox.id`,
    [code],
  );
}

const entitiesSchema = z.object({
  _entities: z.array(z.object({ segments: z.array(z.object({ code: z.string() })) })),
});

const codes = ({ data }: TestResult): string[][] =>
  entitiesSchema.parse(data)['_entities'].map(({ segments }) => segments.map(({ code }) => code));

const codeOf = ({ errors }: TestResult): unknown => errors?.[0]?.extensions?.['code'];
const pathOf = ({ errors }: TestResult): unknown =>
  Object(errors?.[0]?.extensions?.['fields'])[0]?.path;

const asRep: TestRequest = { viewer: { roles: ['rep'], staffId: rep, teamIds: [team] } };

describe('a DYNAMIC segment', () => {
  test('has whom its criteria find, and tells who came and went', async () => {
    await save({ code: 'chengdu', criteria: { city: { eq: '成都' } } });
    await sweep();
    expect(await idsOf('chengdu')).toEqual(sorted(ids.small, ids.other));

    await apply(analytics.db, [
      eventOf(
        CustomerUpdated,
        { id: ids.other, version: 2, customerId: ids.other },
        { ...customerData({ city: '上海' }), changes: {} },
      ),
    ]);
    await look(ids.other);
    await look(ids.other, ids.big);
    expect(await idsOf('chengdu')).toEqual([ids.small]);
    const events = await told('chengdu');
    expect(events.filter((event) => Object(event).id === ids.other)).toEqual([
      { type: 'segment.entered', version: 1, id: ids.other, cause: 'CRITERIA' },
      { type: 'segment.left', version: 2, id: ids.other, cause: 'CRITERIA' },
    ]);
  });

  test('shows who was in it at an instant, and when they came back', async () => {
    const before = now;
    now = new Date('2026-11-25T04:00:00Z');
    await apply(analytics.db, [
      eventOf(
        CustomerUpdated,
        { id: ids.other, version: 3, customerId: ids.other },
        { ...customerData({ city: '成都' }), changes: {} },
      ),
    ]);
    await look(ids.other);
    expect(await idsOf('chengdu')).toEqual(sorted(ids.small, ids.other));
    const between = '2026-11-24T12:00:00Z';
    expect(await idsOf('chengdu', { asOf: between })).toEqual([ids.small]);
    expect(await idsOf('chengdu', { asOf: '2026-01-01T00:00:00Z' })).toEqual([]);
    expect(await told('chengdu')).toContainEqual({
      type: 'segment.entered',
      version: 3,
      id: ids.other,
      cause: 'CRITERIA',
    });
    now = before;
  });

  test('follows figures, and days that pass without an event', async () => {
    await save({ code: 'ordered_this_year', criteria: { orderAmountThisYear: { gt: '50' } } });
    await save({ code: 'ordered_lately', criteria: { lastOrderOn: { withinDays: -210 } } });
    await sweep();
    expect(await idsOf('ordered_lately')).toEqual(sorted(ids.big, ids.small));
    now = new Date('2026-12-24T04:00:00Z');
    await sweep();
    expect(await idsOf('ordered_lately')).toEqual([]);
    expect(await idsOf('ordered_this_year')).toEqual(sorted(ids.big, ids.small));
    now = new Date('2026-11-24T04:00:00Z');
  });

  test('lets a deleted customer go, and everybody when it is retired', async () => {
    const gone = newId();
    await apply(analytics.db, [created(gone, { city: '拉萨' })]);
    await save({ code: 'lhasa', criteria: { city: { eq: '拉萨' } } });
    await sweep();
    await apply(analytics.db, [
      eventOf(CustomerDeleted, { id: gone, version: 2, customerId: gone }, {}),
    ]);
    await look(gone);
    expect(await told('lhasa')).toMatchObject([
      { type: 'segment.entered' },
      { type: 'segment.left', cause: 'DELETED' },
    ]);
    await save({ code: 'chengdu', active: false });
    await sweep();
    expect(await idsOf('chengdu')).toEqual([]);
    await save({ code: 'chengdu', active: true });
    await sweep();
  });
});

describe('people', () => {
  test('pick the customers of a STATIC segment', async () => {
    await save({ code: 'vip', mode: 'STATIC' });
    await pick({ code: 'vip', include: [ids.big, ids.other] });
    expect(await idsOf('vip')).toEqual(sorted(ids.big, ids.other));
    await pick({ code: 'vip', clear: [ids.other] });
    await sweep();
    expect(await membersOf('vip')).toMatchObject({
      nodes: [{ customer: { id: ids.big }, cause: 'PICKED', leftAt: null }],
      totalCount: 1,
    });
  });

  test('add to a MIXED one and take from it, whatever the criteria say', async () => {
    await save({ code: 'mixed', mode: 'MIXED', criteria: { city: { eq: '成都' } } });
    await pick({ code: 'mixed', include: [ids.big], exclude: [ids.small] });
    await sweep();
    expect(await idsOf('mixed')).toEqual(sorted(ids.big, ids.other));
    await pick({ code: 'mixed', clear: [ids.big, ids.small] });
    expect(await idsOf('mixed')).toEqual(sorted(ids.small, ids.other));
  });
});

const answer = (...values: boolean[]) => ({
  _entities: values.map((isInSegment) => ({ isInSegment })),
});

test('half of a character in a name is refused, for it can be kept nowhere', async () => {
  const labels = { zh: 'a\ud800', en: 'a' };
  const { errors } = await save({ code: 'half', criteria: { city: { eq: '成都' } }, labels });
  expect(errors).toMatchObject([
    {
      message: 'A value holds half of a character, which is no valid Unicode text',
      extensions: { code: 'INVALID' },
    },
  ]);
});

describe('whoever asks', () => {
  test('sees the customers that he may read alone, page by page', async () => {
    expect(await idsOf('mixed', {}, asRep)).toEqual([]);
    expect(await idsOf('vip', {}, asRep)).toEqual([ids.big]);
    expect((await membersOf('mixed', {}, asRep)).totalCount).toBe(0);
    const first = await membersOf('mixed', { first: 1 });
    expect(first).toMatchObject({ pageInfo: { hasNextPage: true }, totalCount: 2 });
    const rest = await idsOf('mixed', { first: 1, after: first.pageInfo.endCursor });
    expect(sorted(...first.nodes.map(({ customer }) => customer.id), ...rest)).toEqual(
      sorted(ids.small, ids.other),
    );
    const partner = await execute(MEMBERS, { code: 'vip' }, { viewer: { roles: ['partner'] } });
    expect(partner.data).toEqual({ segment: null });
  });

  test('is told who is in a segment in two statements, a partner of what is shared with it too', async () => {
    const MEMBERS_AMONG = `query ($representations: [_Any!]!, $code: String!) {
      _entities(representations: $representations) { ... on Customer { isInSegment(code: $code) } } }`;
    const all = [ids.big, ids.small, newId()].map((id) => ({ __typename: 'Customer', id }));
    const ask = (code: string, request: TestRequest = {}, representations: object[] = all) =>
      execute(MEMBERS_AMONG, { representations, code }, request);
    expect((await ask('vip')).data).toEqual(answer(true, false, false));
    expect((await ask('mixed', asRep)).data).toEqual(answer(false, false, false));
    const asPartner: TestRequest = { viewer: { roles: ['partner'] } };
    expect((await ask('ordered_this_year', asPartner)).data).toEqual(answer(false, false, false));
    const one = await countStatements(analytics.db, () => ask('vip', {}, all.slice(0, 1)));
    expect(await countStatements(analytics.db, () => ask('vip'))).toBe(one);

    await save({ code: 'rated', criteria: { 'finance.bankCreditRating': { eq: 'GOOD' } } });
    const refused: [string, TestRequest][] = [
      ['nowhere', {}],
      ['rated', asPartner],
      // Picked by hand.
      ['vip', asPartner],
    ];
    for (const [code, request] of refused) {
      const { errors } = await ask(code, request, all.slice(0, 1));
      expect(errors).toMatchObject([
        { extensions: { code: 'INVALID', fields: [{ path: 'code' }] } },
      ]);
      expect(errors?.[0]?.message).toContain(`there is no segment ${code}`);
    }
  });

  test('gets the segments of many customers in a few statements', async () => {
    const SEGMENTS = `query ($representations: [_Any!]!, $asOf: DateTime) { _entities(representations: $representations) {
      ... on Customer { id segments(asOf: $asOf) { code label(locale: EN) } } } }`;
    const all = [ids.big, ids.small, ids.other].map((id) => ({ __typename: 'Customer', id }));
    const ask = (representations: readonly object[], request: TestRequest = {}) =>
      execute(SEGMENTS, { representations }, request);
    expect(codes(await ask(all))).toEqual([
      ['ordered_this_year', 'vip'],
      ['chengdu', 'mixed', 'ordered_this_year'],
      ['chengdu', 'mixed'],
    ]);
    expect(codes(await ask(all, asRep))).toEqual([['ordered_this_year', 'vip'], [], []]);
    const one = await countStatements(analytics.db, () => ask(all.slice(0, 1)));
    expect(await countStatements(analytics.db, () => ask(all))).toBe(one);
  });

  test('previews criteria without storing them', async () => {
    const { data } = await execute(
      `{ segmentPreview(criteria: { city: { eq: "成都" } }, first: 1) { nodes { customer { id } } totalCount } }`,
    );
    expect(data).toMatchObject({ segmentPreview: { totalCount: 2, nodes: [{}] } });
  });
});

describe('is refused', () => {
  test.each([
    ['a code that is none', { code: 'A B', criteria: { city: { eq: 'x' } } }, 'code'],
    ['a DYNAMIC one without criteria', { code: 'empty' }, 'criteria'],
    [
      'a STATIC one with criteria',
      { code: 'st', mode: 'STATIC', criteria: { city: { eq: 'x' } } },
      'criteria',
    ],
    [
      'a figure that is none',
      { code: 'bad', criteria: { all: [{ orderAmount: { gt: 'x' } }] } },
      'input.criteria.all[0].orderAmount.gt',
    ],
  ])('%s', async (_, input, path) => {
    const refused = await save(input);
    expect(refused.errors).toBeDefined();
    expect(pathOf(refused)).toBe(path);
    expect((await execute(MEMBERS, { code: input.code })).data).toEqual({ segment: null });
  });

  test('whoever is no administrator', async () => {
    const input = { code: 'mine', criteria: { city: { eq: '成都' } } };
    expect(codeOf(await save(input, asRep))).toBe('FORBIDDEN');
    expect(codeOf(await save(input, { viewer: { roles: ['analyst'] } }))).toBe('FORBIDDEN');
    expect(codeOf(await pick({ code: 'vip', include: [ids.big] }, asRep))).toBe('FORBIDDEN');
  });

  test.each([
    ['a segment that is none', { code: 'nope', include: [] }, 'NOT_FOUND'],
    ['picks of a DYNAMIC one', { code: 'chengdu', include: [ids.big] }, 'INVALID'],
    ['leaving out of a STATIC one', { code: 'vip', exclude: [ids.big] }, 'INVALID'],
    ['a customer that is none', { code: 'vip', include: [newId()] }, 'INVALID'],
    ['one customer in two lists', { code: 'vip', include: [ids.big], clear: [ids.big] }, 'INVALID'],
  ])('%s', async (_, input, code) => {
    expect(codeOf(await pick(input))).toBe(code);
    expect(await idsOf('vip')).toEqual([ids.big]);
  });

  test('a version that others have changed', async () => {
    expect(codeOf(await save({ code: 'vip', description: 'x', expectedVersion: 99 }))).toBe(
      'CONFLICT',
    );
  });
});
