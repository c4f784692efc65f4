import { aggregateRecords } from '@crm/kit/record/aggregate';
import { listPage } from '@crm/kit/record/page';
import { referenceTo } from '@crm/kit/record/reference';
import type { Resolvers } from '../generated/resolvers.ts';
import { acknowledgeAlert, dismissAlert, snoozeAlert } from './alert.commands.ts';
import { AlertEntity } from './alert.fields.ts';

const isWorkedOn = { state: { in: ['OPEN', 'ACKNOWLEDGED'] } };

export const alertResolvers: Resolvers = {
  Query: {
    alert: (_, { id }, { loaders }) => loaders.alert.load(id),
    alerts: (_, args, context) => listPage(context, AlertEntity, args),
    alertAggregate: (_, args, context) => aggregateRecords(context, AlertEntity, args),
  },
  Mutation: {
    acknowledgeAlert: (_, { input }, context) => acknowledgeAlert(context, input),
    snoozeAlert: (_, { input }, context) => snoozeAlert(context, input),
    dismissAlert: (_, { input }, context) => dismissAlert(context, input),
  },
  Alert: {
    __resolveReference: ({ id }, { loaders }) => loaders.alert.load(id),
    rule: ({ ruleId }, _, { loaders }) => loaders.alertRule.load(ruleId),
    customer: ({ customerId }) => ({ id: customerId }),
    assignee: ({ assigneeId }) => referenceTo(assigneeId),
    closedBy: ({ closedById }) => referenceTo(closedById),
  },
  AlertEvidence: {
    person: ({ personId }) => referenceTo(personId ?? null),
  },
  AlertRuleMatch: {
    person: ({ personId }) => referenceTo(personId ?? null),
  },
  Customer: {
    __resolveReference: async ({ id }, { loaders }) => ({
      id: await loaders.currentCustomer.loadRequired(id),
    }),
    alerts: ({ id }, args, { pages }) => pages.alertsOfCustomer.load(id, args),
  },
  StaffMember: {
    __resolveReference: ({ id }) => ({ id }),
    openAlerts: ({ id }, { where, ...args }, { pages }) =>
      pages.alertsOfStaff.load(id, { ...args, where: { all: [isWorkedOn, where ?? {}] } }),
  },
};
