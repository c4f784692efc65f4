import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { DateTimeResolver, JSONResolver, LocalDateResolver } from 'graphql-scalars';

const pattern = /^-?\d{1,16}(?:\.\d{1,6})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && pattern.test(text)) return text;
  throw new GraphQLError('A Decimal is written like "1265793.04"');
}

const DecimalResolver = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: parseDecimal,
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT
        ? node.value
        : null,
    ),
});

type Locale = { readonly locale: 'EN' | 'ZH_CN' };

const labelOf = (
  { labels }: { readonly labels: { readonly zh: string; readonly en: string } },
  { locale }: Locale,
): string => (locale === 'EN' ? labels.en : labels.zh);

/** The resolvers of what `schemas/shared.graphql` declares. */
export const sharedResolvers = {
  DateTime: DateTimeResolver,
  Date: LocalDateResolver,
  Decimal: DecimalResolver,
  JSON: JSONResolver,
  VocabularyTerm: { label: labelOf },
  FieldChange: { label: labelOf },
  FieldMetadata: {
    label: labelOf,
    groupLabel: (
      { groupLabels }: { readonly groupLabels: Parameters<typeof labelOf>[0]['labels'] | null },
      locale: Locale,
    ): string | null => groupLabels && labelOf({ labels: groupLabels }, locale),
  },
  FieldOption: { label: labelOf },
  AggregateKey: {
    label: (
      { labels }: { readonly labels: Parameters<typeof labelOf>[0]['labels'] | null },
      locale: Locale,
    ): string | null => labels && labelOf({ labels }, locale),
  },
} as const;
