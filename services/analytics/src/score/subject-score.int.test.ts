import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@crm/kit/id';
import type { TestRequest } from '@crm/kit/testing/execute';
import { countStatements } from '@crm/kit/testing/statements';
import { AffiliationStarted } from '@crm/schemas/events/affiliation';
import { testAnalytics, type TestAnalytics } from '../testing/analytics.ts';
import { publishModel, runModel } from '../testing/evaluation.ts';
import {
  apply,
  competitorCreated,
  created,
  eventOf,
  logged,
  personCreated,
} from '../testing/events.ts';
import { criterion, linear } from '../testing/models.ts';

let analytics: TestAnalytics;
const now = new Date('2026-11-24T04:00:00Z');
const [rep, boss, mine, theirs] = [newId(), newId(), newId(), newId()];
/** One is owned by the rep, one is at the rep's customer, one at that of somebody else. */
const [owned, met, strange] = [newId(), newId(), newId()];
const rival = newId();

const asRep: TestRequest = { viewer: { roles: ['rep'], staffId: rep } };
const asPartner: TestRequest = { viewer: { roles: ['partner'], staffId: newId() } };

const worksAt = (personId: string, customerId: string) =>
  eventOf(
    AffiliationStarted,
    { id: newId(), customerId },
    {
      personId,
      customerId,
      organizationName: null,
      roles: ['PRINCIPAL'],
      sequence: null,
      department: null,
      jobTitle: null,
      isPrimary: true,
      isProxy: false,
      validFrom: null,
      validTo: null,
      endReason: null,
    },
  );

beforeAll(async () => {
  analytics = await testAnalytics(() => now);
  const { db } = analytics;
  await apply(db, [
    created(mine, { ownerId: rep }),
    created(theirs, { ownerId: boss }),
    personCreated(owned, { ownerId: rep }),
    personCreated(met),
    personCreated(strange),
    worksAt(met, mine),
    worksAt(strange, theirs),
    competitorCreated(rival),
    // The first is met four times, the second twice, the third never.
    ...[owned, owned, owned, owned, met, met].map((id) => logged(mine, { personIds: [id] })),
  ]);
  const often = [criterion('person_interaction_count_365d', linear(0, 8))];
  await publishModel(db, { code: 'often', subjectType: 'PERSON', criteria: often }, now);
  const level = { HIGH: 10, LOW: 2 };
  const threat = [criterion('rival_level', { kind: 'MAP', points: level })];
  const ofRivals = { code: 'threat', kind: 'THREAT', subjectType: 'COMPETITOR' } as const;
  await data(
    `mutation { saveIndicator(input: { code: "rival_level", labels: { zh: "威胁", en: "Threat" },
      category: ATTRIBUTE, subjectType: COMPETITOR, source: { kind: FIELD, field: "threatLevel" } }) { code } }`,
    {},
  );
  await publishModel(db, { ...ofRivals, criteria: threat }, now);
  await runModel(db, 'often', now);
  await runModel(db, 'threat', now);
});
afterAll(() => analytics.stop());

async function data(query: string, variables: object, request?: TestRequest): Promise<unknown> {
  const { data: found, errors } = await analytics.subgraph.execute(
    query,
    { ...variables },
    request,
  );
  expect(errors).toBeUndefined();
  return found;
}

type Selected = { readonly selection: string; readonly request?: TestRequest };

async function ofType(
  type: string,
  ids: readonly string[],
  { selection, request }: Selected,
): Promise<readonly unknown[]> {
  const of = ids.map((id) => ({ __typename: type, id }));
  const found = await data(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    { of },
    request,
  );
  return Object(found)['_entities'];
}

const SCORE = 'score(model: "often") { score subjectId contributions { rawValue label } }';

const costOf = (ids: readonly string[]): Promise<number> =>
  countStatements(analytics.db, () => ofType('Person', ids, { selection: SCORE }));

describe('the score of a person', () => {
  test('is what the models of people say, now and before', async () => {
    const selection = `${SCORE} scores { model { code } score }
      scoreHistory(model: "often") { totalCount nodes { score validTo } }
      before: score(model: "often", asOf: "2026-01-01T00:00:00Z") { score }`;
    expect(await ofType('Person', [owned, met, strange], { selection })).toMatchObject([
      {
        score: {
          score: '50.00',
          subjectId: owned,
          contributions: [{ rawValue: '4', label: '近365天联络次数' }],
        },
        scores: [{ model: { code: 'often' }, score: '50.00' }],
        scoreHistory: { totalCount: 1, nodes: [{ score: '50.00', validTo: null }] },
        before: null,
      },
      { score: { score: '25.00' } },
      { score: { score: '0.00' } },
    ]);
  });

  test('is for those who may read the person', async () => {
    const selection = `score(model: "often") { score } scores { score } scoreHistory(model: "often") { nodes { score } }`;
    const none = { score: null, scores: [], scoreHistory: { nodes: [] } };
    const [mineToo, ofMyCustomer, unknown] = await ofType('Person', [owned, met, strange], {
      selection,
      request: asRep,
    });
    expect(mineToo).toMatchObject({ score: { score: '50.00' }, scores: [{ score: '50.00' }] });
    expect(ofMyCustomer).toMatchObject({ score: { score: '25.00' } });
    expect(unknown).toEqual(none);
    expect(await ofType('Person', [owned], { selection, request: asPartner })).toEqual([none]);
  });

  test('costs as many statements for a hundred people as for one', async () => {
    const many = [owned, met, strange, ...Array.from({ length: 97 }, newId)];
    expect(await costOf(many)).toBe(await costOf([owned]));
  });

  test('is ranked, and names the person', async () => {
    const RANKING =
      '{ ranking(model: "often") { nodes { person { id } customer { id } competitor { id } evaluation { score } } } }';
    expect(await data(RANKING, {}, asRep)).toEqual({
      ranking: {
        nodes: [
          {
            person: { id: owned },
            customer: null,
            competitor: null,
            evaluation: { score: '50.00' },
          },
          { person: { id: met }, customer: null, competitor: null, evaluation: { score: '25.00' } },
        ],
      },
    });
  });

  test('is simulated by a draft, which names the people who would move', async () => {
    const draft = {
      code: 'often',
      kind: 'CLOSENESS',
      subjectType: 'PERSON',
      labels: { zh: '联络', en: 'Contact' },
      categories: [
        {
          name: { zh: '联络', en: 'Contact' },
          weight: '1',
          criteria: [
            {
              indicator: 'person_interaction_count_365d',
              weight: '1',
              function: { kind: 'LINEAR', from: '0', to: '4' },
            },
          ],
        },
      ],
      grades: [
        { code: 'HIGH', label: { zh: '高', en: 'High' }, from: '70' },
        { code: 'LOW', label: { zh: '低', en: 'Low' }, from: '0' },
      ],
    };
    const SIMULATE = `query ($draft: EvaluationModelInput!) { simulateEvaluation(draft: $draft) {
      movers { nodes { person { id } customer { id } scoreBefore scoreAfter } } } }`;
    expect(await data(SIMULATE, { draft })).toEqual({
      simulateEvaluation: {
        movers: {
          nodes: [
            { person: { id: owned }, customer: null, scoreBefore: '50.00', scoreAfter: '100.00' },
          ],
        },
      },
    });
  });
});

describe('the score of a competitor', () => {
  const selection = 'score(model: "threat") { score grade { code } } scores { score }';

  test('is what the models of competitors say', async () => {
    expect(await ofType('Competitor', [rival, newId()], { selection, request: asRep })).toEqual([
      { score: { score: '100.00', grade: { code: 'HIGH' } }, scores: [{ score: '100.00' }] },
      { score: null, scores: [] },
    ]);
  });

  test('is nothing that a partner reads', async () => {
    expect(await ofType('Competitor', [rival], { selection, request: asPartner })).toEqual([
      { score: null, scores: [] },
    ]);
  });
});

test('a model of one kind of subject says nothing of another', async () => {
  expect(
    await ofType('Competitor', [rival], { selection: 'score(model: "often") { score }' }),
  ).toEqual([{ score: null }]);
});
