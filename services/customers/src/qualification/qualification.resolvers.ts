import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import {
  addQualification,
  removeQualification,
  updateQualification,
} from './qualification.commands.ts';
import { QualificationEntity } from './qualification.fields.ts';

export const qualificationResolvers: Resolvers = {
  Query: {
    qualifications: (_, args, context) => listPage(context, QualificationEntity, args),
    qualificationAggregate: (_, args, context) =>
      aggregateRecords(context, QualificationEntity, args),
  },
  Mutation: {
    addQualification: (_, { input }, context) => addQualification(context, input),
    updateQualification: (_, { input }, context) => updateQualification(context, input),
    removeQualification: (_, { input }, context) => removeQualification(context, input),
  },
  Customer: {
    qualifications: async ({ id }, _, { loaders }) =>
      (await loaders.qualificationsOfCustomer.load(id)) ?? [],
  },
  Qualification: {
    __resolveReference: ({ id }, { loaders }) => loaders.qualification.load(id),
    customer: ({ customerId }, _, { loaders }) => loaders.customer.loadRequired(customerId),
    kind: ({ kind }, _, { loaders }) => loaders.term.load('qualification_kind', kind),
  },
};
