import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { activityResolvers } from './activity/activity.resolvers.ts';
import { affiliationResolvers } from './affiliation/affiliation.resolvers.ts';
import { customisable, entities } from './entities.ts';
import { birthdayResolvers } from './birthday/birthday.resolvers.ts';
import { consentResolvers } from './consent/consent.resolvers.ts';
import { documentResolvers } from './document/document.resolvers.ts';
import { decisionResolvers } from './decision/decision.resolvers.ts';
import { duplicateResolvers } from './duplicate/duplicate.resolvers.ts';
import { typeDefs } from './generated/type-defs.ts';
import { historyResolvers } from './history/history.resolvers.ts';
import { interactionResolvers } from './interaction/interaction.resolvers.ts';
import { personMergeResolvers } from './merge/merge.resolvers.ts';
import { objects } from './objects.ts';
import { personResolvers } from './person/person.resolvers.ts';
import { decisionMapResolvers } from './decision-map/decision-map.resolvers.ts';
import { orgChartResolvers } from './org-chart/org-chart.resolvers.ts';
import { networkResolvers } from './network/network.resolvers.ts';
import { relationshipResolvers } from './relationship/relationship.resolvers.ts';
import { preferenceResolvers } from './preference/preference.resolvers.ts';
import { setupResolvers } from './setup/setup.resolvers.ts';
import { sharingResolvers } from './sharing/sharing.resolvers.ts';
import { touchPlanResolvers } from './touch-plan/touch-plan.resolvers.ts';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([
        sharedResolvers,
        metadataResolvers('contacts', { entities, objects, customisable }),
        personResolvers,
        historyResolvers,
        personMergeResolvers,
        duplicateResolvers,
        sharingResolvers,
        affiliationResolvers,
        decisionResolvers,
        interactionResolvers,
        relationshipResolvers,
        activityResolvers,
        touchPlanResolvers,
        preferenceResolvers,
        consentResolvers,
        documentResolvers,
        birthdayResolvers,
        networkResolvers,
        orgChartResolvers,
        decisionMapResolvers,
        setupResolvers,
      ]),
    ),
    entities,
  );
