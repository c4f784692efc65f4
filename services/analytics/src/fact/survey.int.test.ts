import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@crm/kit/event/event';
import { idToBytes, newId } from '@crm/kit/id';
import { SurveyAnswered, type SurveyAnsweredData } from '@crm/schemas/events/survey';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { apply, created, eventOf } from '../testing/events.ts';

let analytics: TestAnalytics;
const rep = newId();
const [mine, other, person] = [newId(), newId(), newId()];

const answered = (customerId: string | null, data: Partial<SurveyAnsweredData>): RecordedEvent =>
  eventOf(
    SurveyAnswered,
    { id: newId(), customerId },
    {
      surveyId: newId(),
      taskId: newId(),
      personId: person,
      customerId,
      kind: 'SATISFACTION',
      score: null,
      nps: null,
      answeredAt: '2026-11-20T02:00:00.000Z',
      ...data,
    },
  );

const aboutMine = answered(mine, { score: '80.00', nps: 9 });

beforeAll(async () => {
  analytics = await testAnalytics();
  await apply(analytics.db, [
    created(mine, { name: '甲公司', ownerId: rep }),
    created(other, { name: '乙公司' }),
    aboutMine,
    aboutMine,
    answered(mine, { score: '65.00' }),
    answered(other, { score: '10.00', nps: 2 }),
    answered(null, { nps: 7 }),
  ]);
});
afterAll(() => analytics.stop());

const AVERAGE = `query ($groupBy: [GroupBy!], $measures: [Measure!]!) {
  factAggregate(fact: SURVEY_RESPONSE, groupBy: $groupBy, measures: $measures) {
    rows { keys { label } values { value } } } }`;

test('answers to surveys are facts: once each, by customer, of what the viewer may read', async () => {
  const measures = [
    { fn: 'AVG', field: 'score' },
    { fn: 'COUNT', field: 'nps' },
  ];
  const { data, errors } = await analytics.subgraph.execute(
    AVERAGE,
    { groupBy: [{ field: 'customerId' }], measures },
    { viewer: { roles: ['rep'], staffId: rep } },
  );
  expect(errors).toBeUndefined();
  expect(data?.['factAggregate']).toEqual({
    rows: [{ keys: [{ label: '甲公司' }], values: [{ value: '72.500000' }, { value: '1' }] }],
  });
});

test('partners with whom a customer is shared read none of them', async () => {
  const staffId = newId();
  await analytics.db.query(
    `INSERT INTO shareGrant (resourceId, granteeId, access, grantedAt) VALUES (?, ?, 'READ', NOW())`,
    [idToBytes(mine), idToBytes(staffId)],
  );
  const asked = { groupBy: [{ field: 'personId' }], measures: [{ fn: 'AVG', field: 'nps' }] };
  const rowsOf = async (role: 'partner' | 'rep'): Promise<unknown> => {
    const viewer = { roles: [role], staffId };
    const { data, errors } = await analytics.subgraph.execute(AVERAGE, asked, { viewer });
    expect(errors).toBeUndefined();
    return Object(data?.['factAggregate']).rows;
  };
  expect(await rowsOf('rep')).toHaveLength(1);
  expect(await rowsOf('partner')).toEqual([]);
});

test('how satisfied a customer is, and how willing to recommend us, are indicators', async () => {
  const { data, errors } = await analytics.subgraph.execute(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Customer {
      indicators(codes: ["satisfaction_score", "recommendation_365d", "survey_response_count_365d"]) {
        status value } } } }`,
    { of: [mine, other].map((id) => ({ __typename: 'Customer', id })) },
  );
  expect(errors).toBeUndefined();
  expect(data?.['_entities']).toEqual([
    { indicators: known('72.5', '9', '2') },
    { indicators: known('10', '2', '1') },
  ]);
});

const known = (...values: readonly string[]): object[] =>
  values.map((value) => ({ status: 'KNOWN', value }));
