import type { Resolvers } from '../generated/resolvers.ts';
import { orgChart } from './org-chart.queries.ts';

export const orgChartResolvers: Resolvers = {
  Query: {
    orgChart: (_, args, context) => orgChart(context, args),
  },
  OrgChart: {
    customer: ({ customerId }) => ({ id: customerId }),
  },
  OrgChartNode: {
    person: ({ personId }, _, { loaders }) => loaders.person.loadRequired(personId),
  },
};
