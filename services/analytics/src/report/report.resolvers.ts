import { customFieldValues } from '@crm/kit/record/custom-field';
import { listPage } from '@crm/kit/record/page';
import { companyCurrency } from '../company.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { inMoney } from '../summary/summary.ts';
import { readCurrency } from '../summary/summary.queries.ts';
import { CustomerReportRow } from './report.fields.ts';

export const reportResolvers: Resolvers = {
  Query: {
    customerReport: (_, { currency, where, ...page }, context) =>
      listPage(context, CustomerReportRow, {
        ...page,
        where: {
          all: [{ currency: { eq: readCurrency(currency) ?? companyCurrency } }, where ?? {}],
        },
      }),
  },
  CustomerReportRow: {
    customer: ({ id }) => ({ id }),
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
