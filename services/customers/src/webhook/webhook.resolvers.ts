import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  createWebhook,
  deleteWebhook,
  replayWebhookDeliveries,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from './webhook.commands.ts';
import { WebhookEntity } from './webhook.fields.ts';
import { deliveriesPage } from './webhook.queries.ts';
import { stateOf } from './webhook.ts';

export const webhookResolvers: Resolvers = {
  Query: {
    webhook: (_, { id }, { loaders }) => loaders.webhook.load(id),
    webhooks: (_, args, context) => listPage(context, WebhookEntity, args),
    webhookDeliveries: (_, args, context) => deliveriesPage(context, args),
  },
  Mutation: {
    createWebhook: (_, { input }, context) => createWebhook(context, input),
    updateWebhook: (_, { input }, context) => updateWebhook(context, input),
    rotateWebhookSecret: (_, { input }, context) => rotateWebhookSecret(context, input),
    deleteWebhook: (_, { input }, context) => deleteWebhook(context, input),
    replayWebhookDeliveries: (_, { input }, context) => replayWebhookDeliveries(context, input),
    testWebhook: async (_, { id }, context) =>
      testWebhook(context, await context.loaders.webhook.loadRequired(id)),
  },
  Webhook: {
    filter: ({ filter }) => filter ?? {},
    state: (webhook) => stateOf(webhook),
    account: ({ ownerSubject }) => ownerSubject,
  },
};
