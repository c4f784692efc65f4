import { newId } from '@crm/kit/id';
import { countStatements } from '@crm/kit/testing/statements';
import { eventOf } from '@crm/kit/testing/events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SegmentEntered, SegmentLeft } from '@crm/schemas/events/segment';
import { as, testCompetitors, type TestCompetitors } from '../testing/competitors.ts';
import { addCustomer, apply, tellOpportunity } from '../testing/customers.ts';

let competitors: TestCompetitors;

beforeAll(async () => {
  competitors = await testCompetitors();
});
afterAll(() => competitors.stop());

const LANDSCAPE = `query ($where: LandscapeWhere!) { competitiveLandscape(where: $where) {
  competitors { competitor { id } customers contested } } }`;

const met = async (segments: readonly string[], viewing = {}): Promise<unknown> =>
  (await competitors.execute(LANDSCAPE, { where: { segments } }, viewing)).data?.[
    'competitiveLandscape'
  ];

const membership = { id: newId(), segmentId: newId() };

/** Has analytics tell of a customer and a segment. */
const tell = (type: typeof SegmentEntered, segmentCode: string, subjectId: string, version = 1) =>
  apply(competitors.db, [
    eventOf(
      type,
      { id: membership.id, version, customerId: subjectId },
      {
        segmentId: membership.segmentId,
        segmentCode,
        subjectType: 'CUSTOMER',
        subjectId,
        cause: 'CRITERIA',
      },
    ),
  ]);

test('the landscape of a segment is that of the customers who are in it', async () => {
  const [inside, outside] = [await addCustomer(competitors.db), await addCustomer(competitors.db)];
  const competitorId = await competitors.create({ name: '华创' });
  for (const customerId of [inside, outside]) {
    const opportunityId = await tellOpportunity(competitors.db, customerId);
    await competitors.made('addCompetitorToOpportunity', { opportunityId, competitorId });
  }
  expect(await met(['vip'])).toEqual({ competitors: [] });

  await tell(SegmentEntered, 'vip', inside);
  const expected = {
    competitors: [{ competitor: { id: competitorId }, customers: 1, contested: 1 }],
  };
  const statements = await countStatements(competitors.db, async () => {
    expect(await met(['vip', 'key'])).toEqual(expected);
  });
  expect(statements).toBe(2);
  expect(await met(['key'])).toEqual({ competitors: [] });
  expect(await met(['vip'], as('rep'))).toEqual({ competitors: [] });

  await tell(SegmentLeft, 'vip', inside, 2);
  expect(await met(['vip'])).toEqual({ competitors: [] });
  await tell(SegmentEntered, 'vip', inside, 3);
  expect(await met(['vip'])).toEqual(expected);
});
