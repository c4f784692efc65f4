import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { alertResolvers } from './alert/alert.resolvers.ts';
import { PulseEntity } from './pulse/pulse.fields.ts';
import { entities } from './entities.ts';
import { objects } from './objects.ts';
import { typeDefs } from './generated/type-defs.ts';
import { deliveryResolvers } from './delivery/delivery.resolvers.ts';
import { personResolvers } from './person/person.resolvers.ts';
import { phraseResolvers } from './phrase/phrase.resolvers.ts';
import { ruleResolvers } from './rule/rule.resolvers.ts';
import { suppressedAddressResolvers } from './suppressed-address/suppressed-address.resolvers.ts';
import { surveyResolvers } from './survey/survey.resolvers.ts';
import { surveyResponseResolvers } from './survey-response/survey-response.resolvers.ts';
import { templateResolvers } from './template/template.resolvers.ts';
import { calendarFeedResolvers } from './calendar-feed/calendar-feed.resolvers.ts';
import { letterResolvers } from './letter/letter.resolvers.ts';
import { campaignResolvers } from './campaign/campaign.resolvers.ts';
import { planResolvers } from './plan/plan.resolvers.ts';
import { taskResolvers } from './task/task.resolvers.ts';
import { occasionResolvers } from './occasion/occasion.resolvers.ts';
import { policyResolvers } from './suppression/policy.resolvers.ts';

/** Rules filter what care knows of a customer. */
const uses = {
  [PulseEntity.name]: { where: '*', isSorted: false, isGrouped: false },
} as const;

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([
        sharedResolvers,
        metadataResolvers('care', { entities: [...entities, PulseEntity], objects, uses }),
        ruleResolvers,
        alertResolvers,
        templateResolvers,
        phraseResolvers,
        occasionResolvers,
        planResolvers,
        campaignResolvers,
        letterResolvers,
        calendarFeedResolvers,
        taskResolvers,
        policyResolvers,
        personResolvers,
        deliveryResolvers,
        suppressedAddressResolvers,
        surveyResolvers,
        surveyResponseResolvers,
      ]),
    ),
    entities,
  );
