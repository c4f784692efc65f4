import { customFieldValues } from '@crm/kit/record/custom-field';
import type { Resolvers } from '../generated/resolvers.ts';
import { inMoney } from '../summary/summary.ts';
import { aggregateReport } from './report-aggregate.queries.ts';
import { readReport } from './report.queries.ts';
import { CustomerReportRow } from './report.fields.ts';

export const reportResolvers: Resolvers = {
  Query: {
    customerReport: (_, args, context) => readReport(context, args),
    customerReportAggregate: (_, args, context) => aggregateReport(context, args),
  },
  CustomerReportRow: {
    customer: ({ id }) => ({ id }),
    values: ({ values }) => values ?? [],
    customFields: ({ customFields }, _, context) =>
      customFieldValues(context, CustomerReportRow.customFieldsOf, customFields),
    orderAmount: (row) => inMoney(row).orderAmount,
    orderAmountThisYear: (row) => inMoney(row).orderAmountThisYear,
    averageOrderAmount: (row) => inMoney(row).averageOrderAmount,
    paymentAmount: (row) => inMoney(row).paymentAmount,
    paymentAmountThisYear: (row) => inMoney(row).paymentAmountThisYear,
    receivable: (row) => inMoney(row).receivable,
    overdue: (row) => inMoney(row).overdue,
  },
};
