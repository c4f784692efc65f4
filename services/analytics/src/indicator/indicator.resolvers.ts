import { listPage } from '@crm/kit/record/page';
import type { Resolvers } from '../generated/resolvers.ts';
import { retireIndicator, saveIndicator } from './indicator.commands.ts';
import { IndicatorEntity } from './indicator.fields.ts';

export const indicatorResolvers: Resolvers = {
  Query: {
    indicator: (_, { code }, { indicators }) => indicators.byCode(code),
    indicators: (_, args, context) => listPage(context, IndicatorEntity, args),
  },
  Mutation: {
    saveIndicator: (_, { input }, context) => saveIndicator(context, input),
    retireIndicator: (_, { input }, context) => retireIndicator(context, input),
  },
  Customer: {
    indicator: async ({ id }, { code, asOf }, { indicators }) =>
      (await indicators.valuesOf({ customerId: id, codes: [code], asOf: asOf ?? null }))?.[0] ??
      null,
    indicators: ({ id }, { codes, asOf }, { indicators }) =>
      indicators.valuesOf({ customerId: id, codes, asOf: asOf ?? null }),
  },
  Indicator: {
    label: ({ code, labels }, { locale }) => (locale === 'EN' ? labels?.en : labels?.zh) ?? code,
    labels: ({ code, labels }) => labels ?? { zh: code, en: code },
    source: ({ source }) => source ?? { kind: 'FIELD', field: '' },
    class: ({ code }, _, { indicators }) => indicators.classOf(code),
  },
  IndicatorValue: {
    indicator: ({ code }, _, { indicators }) => indicators.required(code),
  },
};
