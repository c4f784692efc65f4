import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { retryDelivery } from './delivery.commands.ts';
import { DeliveryEntity } from './delivery.fields.ts';
import { renderTemplate } from './render.queries.ts';

export const deliveryResolvers: Resolvers = {
  Query: {
    delivery: (_, { id }, { loaders }) => loaders.delivery.load(id),
    deliveries: (_, args, context) => listPage(context, DeliveryEntity, args),
    deliveryAggregate: (_, args, context) => aggregateRecords(context, DeliveryEntity, args),
    renderTemplate: (_, args, context) => renderTemplate(context, args),
  },
  Mutation: {
    retryDelivery: (_, { input }, context) => retryDelivery(context, input),
  },
  Delivery: {
    __resolveReference: ({ id }, { loaders }) => loaders.delivery.load(id),
    task: ({ taskId }, _, { loaders }) => loaders.careTask.load(taskId),
    person: ({ personId }) => ({ id: personId }),
    customer: ({ customerId }) => referenceTo(customerId),
    template: ({ templateId }, _, { loaders }) =>
      templateId === null ? null : loaders.messageTemplate.load(templateId),
    text: ({ textId }, _, { loaders }) =>
      textId === null ? null : loaders.messageTemplate.load(textId),
    sender: ({ senderId }) => referenceTo(senderId),
  },
  CareTask: {
    deliveries: ({ id }, args, { pages }) => pages.deliveriesOfTask.load(id, args),
  },
  Person: {
    deliveries: ({ id }, args, { pages }) => pages.deliveriesOfPerson.load(id, args),
  },
  Customer: {
    deliveries: ({ id }, args, { pages }) => pages.deliveriesOfCustomer.load(id, args),
  },
};
