import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually, meshMsMax, startTestMesh } from '../harness.ts';
import {
  askAsAdmin,
  createCustomers,
  publishModel,
  recompute,
  takeSnapshot,
  type Ask,
} from './company.ts';

let ask: Ask;

beforeAll(async () => {
  ask = await askAsAdmin(await startTestMesh());
}, meshMsMax);

const source = 'custom-field';
const where = { source: { eq: source } };
const labels = { zh: '年产能', en: 'Capacity' };

/** The capacity of each customer, which nothing knew of before the mesh was started. */
const capacities = [900, 400, 100];

test('a number that is defined while everything runs filters, scores and ranks', async () => {
  await ask(
    z.unknown(),
    `mutation ($input: CustomFieldDefinitionInput!) { defineCustomField(input: $input) { key } }`,
    { input: { entity: 'Customer', key: 'e2e_capacity', type: 'NUMBER', labels } },
  );
  const ids = await createCustomers(
    ask,
    source,
    capacities.map((value) => ({ customFields: [{ key: 'e2e_capacity', value }] })),
  );

  // A filter, in a service that was told of the field.
  const many = [{ key: 'e2e_capacity', op: 'GTE', value: 400 }];
  const nodesSchema = z.object({
    nodes: z.array(z.object({ customer: z.object({ id: z.string() }) })),
  });
  await eventually('two customers have as much', async () => {
    const { customerReport } = await ask(
      z.object({ customerReport: nodesSchema }),
      `query ($where: CustomerReportWhere) { customerReport(where: $where,
        orderBy: [{ field: "custom.e2e_capacity", direction: DESC }]) { nodes { customer { id } } } }`,
      { where: { ...where, customFields: many } },
    ).catch(() => ({ customerReport: { nodes: [] } }));
    return (
      customerReport.nodes.map(({ customer }) => customer.id).join() === ids.slice(0, 2).join()
    );
  });

  // A criterion: 900 of 1,000 is 90 of 100 points.
  await ask(
    z.unknown(),
    `mutation ($input: SaveIndicatorInput!) { saveIndicator(input: $input) { code } }`,
    {
      input: {
        code: 'e2e_capacity',
        labels,
        category: 'ATTRIBUTE',
        subjectType: 'CUSTOMER',
        source: { kind: 'FIELD', field: 'custom.e2e_capacity' },
      },
    },
  );
  const model = { code: 'e2e_capacity', indicator: 'e2e_capacity', from: '0', to: '1000' };
  await publishModel(ask, { ...model, population: where });
  await recompute(ask, 'e2e_capacity');

  // The factor of a pyramid.
  await ask(
    z.unknown(),
    `mutation ($input: SavePyramidInput!) { savePyramid(input: $input) { code } }`,
    {
      input: {
        code: 'e2e_capacity',
        labels,
        factor: { field: 'custom.e2e_capacity' },
        population: where,
        method: 'THRESHOLD',
        tiers: [
          { code: 'BIG', labels, from: '500' },
          { code: 'SMALL', labels },
        ],
        schedule: 'MANUAL',
      },
    },
  );
  await takeSnapshot(ask, 'e2e_capacity');
  const { customers } = await ask(
    z.object({ customers: z.object({ nodes: z.array(z.unknown()) }) }),
    `query ($where: CustomerWhere) { customers(where: $where, orderBy: [{ field: "name" }]) { nodes {
      score(model: "e2e_capacity") { score grade { code } }
      pyramidTier(definition: "e2e_capacity") { tier } } } }`,
    { where },
  );
  expect(customers.nodes).toEqual([
    { score: { score: '90.00', grade: { code: 'GOOD' } }, pyramidTier: { tier: 'BIG' } },
    { score: { score: '40.00', grade: { code: 'POOR' } }, pyramidTier: { tier: 'SMALL' } },
    { score: { score: '10.00', grade: { code: 'POOR' } }, pyramidTier: { tier: 'SMALL' } },
  ]);
}, 120_000);
