import { protectSchema } from '@crm/kit/record/protect';
import { mergeResolvers } from '@crm/kit/server/resolvers';
import { sharedResolvers } from '@crm/kit/server/scalars';
import { subgraphSchema } from '@crm/kit/server/subgraph';
import type { GraphQLSchema } from 'graphql';
import { CustomerEntity } from './customer/customer.fields.ts';
import { factResolvers } from './fact/fact.resolvers.ts';
import { typeDefs } from './generated/type-defs.ts';
import { CustomerReportRow } from './report/report.fields.ts';
import { reportResolvers } from './report/report.resolvers.ts';
import { summaryResolvers } from './summary/summary.resolvers.ts';

export const createSchema = (): GraphQLSchema =>
  protectSchema(
    subgraphSchema(
      typeDefs,
      mergeResolvers([sharedResolvers, summaryResolvers, factResolvers, reportResolvers]),
    ),
    [CustomerEntity, CustomerReportRow],
  );
