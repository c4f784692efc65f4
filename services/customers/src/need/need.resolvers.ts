import { aggregateRecords } from '@crm/kit/record/aggregate';
import { fieldHistory } from '@crm/kit/record/audit';
import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { changeNeedStatus, recordNeed, updateNeed } from './need.commands.ts';
import { NeedEntity } from './need.fields.ts';

export const needResolvers: Resolvers = {
  Query: {
    need: (_, { id }, { loaders }) => loaders.need.load(id),
    needs: (_, args, context) => listPage(context, NeedEntity, args),
    needAggregate: (_, args, context) => aggregateRecords(context, NeedEntity, args),
  },
  Mutation: {
    recordNeed: (_, { input }, context) => recordNeed(context, input),
    updateNeed: (_, { input }, context) => updateNeed(context, input),
    changeNeedStatus: (_, { input }, context) => changeNeedStatus(context, input),
  },
  Customer: {
    needs: ({ id }, args, { pages }) => pages.needsOfCustomer.load(id, args),
  },
  Need: {
    __resolveReference: ({ id }, { loaders }) => loaders.need.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    product: ({ productId }, _, { loaders }) => loaders.product.load(productId),
    raisedBy: ({ raisedById }) => referenceTo(raisedById),
    interaction: ({ interactionId }) => referenceTo(interactionId),
    opportunity: ({ opportunityId }, _, { loaders }) => loaders.opportunity.load(opportunityId),
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, NeedEntity.name, customFields),
    fieldHistory: ({ id }, args, context) => fieldHistory(context, NeedEntity, { id, ...args }),
  },
};
