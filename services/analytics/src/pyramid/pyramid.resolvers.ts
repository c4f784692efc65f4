import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { migrationKey, migrationOf, tierKey } from './member.queries.ts';
import { savePyramid, takePyramidSnapshot } from './pyramid.commands.ts';
import { PyramidDefinitionEntity } from './pyramid.fields.ts';
import { drawMigration, drawPyramid } from './pyramid-chart.queries.ts';
import { definitionOf, labelOf, shownOf, snapshotOf } from './pyramid.queries.ts';

const latestFirst = [{ field: 'seq', direction: 'DESC' }] as const;

export const pyramidResolvers: Resolvers = {
  Query: {
    pyramidDefinition: (_, { code }, context) => definitionOf(context, code),
    pyramidDefinitions: (_, args, context) => listPage(context, PyramidDefinitionEntity, args),
    pyramid: (_, args, context) => snapshotOf(context, args),
    pyramidMigration: (_, args, context) => migrationOf(context, args),
  },
  Mutation: {
    savePyramid: (_, { input }, context) => savePyramid(context, input),
    takePyramidSnapshot: (_, { input }, context) => takePyramidSnapshot(context, input),
  },
  PyramidDefinition: {
    __resolveReference: ({ id }, { loaders }) => loaders.pyramidDefinition.load(id),
    label: ({ code, labels }, { locale }) => labelOf({ code, labels }, locale),
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    factor: ({ factor }) => factor ?? {},
    population: ({ population }) => population ?? {},
    tiers: ({ tiers }) => tiers ?? [],
    base: ({ base }) => base ?? [],
    snapshots: ({ id }, args, { pages }) =>
      pages.snapshotsOfPyramid.load(id, { ...args, orderBy: latestFirst }),
  },
  PyramidTier: { label: (tier, { locale }) => labelOf(tier, locale) },
  PyramidBaseTier: { label: (tier, { locale }) => labelOf(tier, locale) },
  PyramidSnapshot: {
    __resolveReference: ({ id }, { loaders }) => loaders.pyramidSnapshot.load(id),
    definition: ({ definitionId }, _, { loaders }) =>
      loaders.pyramidDefinition.loadRequired(definitionId),
    subjectCount: async (snapshot, _, context) => (await shownOf(context, snapshot)).subjectCount,
    unplacedCount: async (snapshot, _, context) => (await shownOf(context, snapshot)).unplacedCount,
    tiers: async (snapshot, _, context) => (await shownOf(context, snapshot)).tiers,
    chart: (snapshot, args, context) => drawPyramid(context, snapshot, args),
  },
  PyramidTierFigures: {
    label: (tier, { locale }) => labelOf(tier, locale),
    members: ({ snapshot, code }, args, { pages }) =>
      pages.membersOfTier.load(tierKey(snapshot, code), args),
  },
  PyramidMigration: {
    movers: (migration, args, { pages }) => pages.movers.load(migrationKey(migration), args),
    chart: (migration, args, context) => drawMigration(context, migration, args),
  },
  PyramidPlacement: {
    label: ({ tier, tiers }, { locale }) =>
      labelOf(tiers.find(({ code }) => code === tier) ?? { code: tier, labels: null }, locale),
  },
  Customer: {
    pyramidTier: async ({ id }, args, { pages }) =>
      (await pages.placementsOfCustomer.load(id, args)).placement,
  },
};
