import { protectSchema } from '@crm/kit/record/protect';
import { metadataResolvers } from '@crm/kit/server/metadata';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { productResolvers } from './catalogue/product.resolvers.ts';
import { creditResolvers } from './credit/credit.resolvers.ts';
import { customerResolvers } from './customer/customer.resolvers.ts';
import { directoryResolvers } from './directory/directory.resolvers.ts';
import { duplicateResolvers } from './duplicate/duplicate.resolvers.ts';
import { customisable, entities } from './entities.ts';
import { typeDefs } from './generated/type-defs.ts';
import { needResolvers } from './need/need.resolvers.ts';
import { objects } from './objects.ts';
import { opportunityResolvers } from './opportunity/opportunity.resolvers.ts';
import { orderResolvers } from './order/order.resolvers.ts';
import { organizationResolvers } from './organization/organization.resolvers.ts';
import { lifecycleResolvers } from './lifecycle/lifecycle.resolvers.ts';
import { customerMergeResolvers } from './merge/merge.resolvers.ts';
import { ownershipResolvers } from './ownership/ownership.resolvers.ts';
import { paymentResolvers } from './payment/payment.resolvers.ts';
import { qualificationResolvers } from './qualification/qualification.resolvers.ts';
import { poolResolvers } from './pool/pool.resolvers.ts';
import { receivableResolvers } from './receivable/receivable.resolvers.ts';
import { relationResolvers } from './relation/relation.resolvers.ts';
import { setupResolvers } from './setup/setup.resolvers.ts';
import { sharingResolvers } from './sharing/sharing.resolvers.ts';
import { transferResolvers } from './transfer/transfer.resolvers.ts';
import { webhookResolvers } from './webhook/webhook.resolvers.ts';
import { mergeResolvers } from '@crm/kit/server/resolvers';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([
        sharedResolvers,
        metadataResolvers('customers', { entities, objects, customisable }),
        customerResolvers,
        orderResolvers,
        paymentResolvers,
        receivableResolvers,
        creditResolvers,
        relationResolvers,
        organizationResolvers,
        qualificationResolvers,
        needResolvers,
        opportunityResolvers,
        directoryResolvers,
        productResolvers,
        setupResolvers,
        webhookResolvers,
        duplicateResolvers,
        customerMergeResolvers,
        ownershipResolvers,
        sharingResolvers,
        poolResolvers,
        lifecycleResolvers,
        transferResolvers,
      ]),
    ),
    entities,
  );
