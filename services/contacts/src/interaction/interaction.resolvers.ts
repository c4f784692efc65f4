import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  amendInteraction,
  logInteraction,
  logInteractions,
  removeInteraction,
} from './interaction.commands.ts';
import { InteractionEntity } from './interaction.fields.ts';
import { latestFirst } from './interaction.queries.ts';

export const interactionResolvers: Resolvers = {
  Query: {
    interaction: (_, { id }, { loaders }) => loaders.interaction.load(id),
    interactions: (_, args, context) => listPage(context, InteractionEntity, latestFirst(args)),
    interactionAggregate: (_, args, context) => aggregateRecords(context, InteractionEntity, args),
  },
  Mutation: {
    logInteraction: (_, { input }, context) => logInteraction(context, input),
    amendInteraction: (_, { input }, context) => amendInteraction(context, input),
    removeInteraction: (_, { input }, context) => removeInteraction(context, input),
    logInteractions: (_, { input }, context) => logInteractions(context, input),
  },
  Interaction: {
    __resolveReference: ({ id }, { loaders }) => loaders.interaction.load(id),
    customer: ({ customerId }) => referenceTo(customerId),
    participants: async ({ participantIds }, _, { loaders }) =>
      (await Promise.all(participantIds.map((id) => loaders.person.load(id)))).filter(
        (person) => person !== null,
      ),
    staff: ({ staffIds }) => staffIds.map((id) => ({ id })),
    relatesTo: ({ relatesTo }) =>
      relatesTo && {
        need: referenceTo(relatesTo.needId),
        opportunity: referenceTo(relatesTo.opportunityId),
        careTaskId: relatesTo.careTaskId,
      },
    createdBy: ({ createdById }) => referenceTo(createdById),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, InteractionEntity.name, customFields),
    fieldHistory: ({ id }, args, context) =>
      fieldHistory(context, InteractionEntity, { id, ...args }),
  },
  Customer: {
    interactions: ({ id }, args, { pages }) =>
      pages.interactionsOfCustomer.load(id, latestFirst(args)),
  },
  Opportunity: {
    __resolveReference: ({ id }) => ({ id }),
    interactions: ({ id }, args, { pages }) =>
      pages.interactionsOfOpportunity.load(id, latestFirst(args)),
  },
  StaffMember: {
    interactions: ({ id }, args, { pages }) =>
      pages.interactionsOfParty.load(id, latestFirst(args)),
  },
};
